/**
 * A guest's end that sends requests to the owner of its memory, operation by operation and call by call.
 *
 * - At most one request is unanswered, and its answer repeats its number; other frames that arrive meanwhile are kept.
 * - If the job ends while an answer is awaited, the guest is stopped: every later request throws a `StoppedError`.
 */

import { ProtocolError, StoppedError } from "../../errors.ts";
import { type Answer, type Layout, type Operation, RemoteMemory } from "../../memory/mod.ts";
import { following, FrameCursor, type GuestEnd, Outbox } from "../../mode/guest.ts";
import { now } from "../../platform/mod.ts";
import { decodeAnswer, encodeRequest, type MemoryRequest } from "./memory_request.ts";

/** A guest's end that requests operations from the owner of its memory. */
export class AskingEnd {
  /** Whether the job ended while an answer was awaited. */
  isOver = false;
  readonly #end: GuestEnd;
  readonly #behind = new Outbox();
  readonly #waited = new FrameCursor();
  #number = 0;

  /** Sends requests through a guest's end. */
  constructor(end: GuestEnd) {
    this.#end = end;
  }

  /** The next frame, if there is one; valid until the next call. */
  poll(): FrameCursor | undefined {
    for (;;) {
      if (this.#waited.next()) return this.#waited;
      if (this.#behind.isEmpty) return this.#end.poll();
      this.#waited.feed(this.#behind.take());
    }
  }

  /** A view of the owner's memory. */
  memory(
    layout: Layout,
    options: { readonly asksAll?: boolean; readonly chooser?: (n: number) => number } = {},
  ): RemoteMemory {
    return new RemoteMemory(layout, {
      perform: (operation) => this.#perform(operation),
      ticket: () => this.#ask({ kind: "ticket" }) as number,
      clock: now,
      ...options,
    });
  }

  #perform(operation: Operation): Answer {
    const value = this.#ask(operation);
    // The owner performed this operation, so its answer has the operation's type.
    return operation.kind === "call" ? { value } : value as Answer;
  }

  #ask(request: MemoryRequest): unknown {
    const bytes = encodeRequest(request);
    const number = this.#number = following(this.#number);
    if (!this.isOver) this.#end.send("ask", number, bytes);
    while (!this.isOver) {
      const frame = this.#end.poll();
      if (frame === undefined) {
        this.#end.wait?.();
      } else if (frame.kind === "result") {
        if (frame.number === number) return decodeAnswer(frame.payload());
        throw new ProtocolError(`Cannot go on: an answer to ${frame.number} came, one to ${number} is wanted`);
      } else {
        this.#behind.addPart(frame, frame);
        this.isOver ||= frame.kind === "job";
      }
    }
    throw new StoppedError("Cannot wait: the job is over, a return to the guest's loop is wanted");
  }
}
