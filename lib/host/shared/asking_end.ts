/**
 * A guest's end that asks the owner of its memory, operation by operation and call by call.
 *
 * - At most one thing is asked that is not answered, and the answer repeats its number; frames that come meanwhile wait.
 * - The end of the job while an answer is awaited stops the guest: whatever it asks from then on throws `StoppedError`.
 */

import { ProtocolError, StoppedError } from "../../errors.ts";
import { type Answer, type Layout, type Operation, RemoteMemory } from "../../memory/mod.ts";
import { following, FrameCursor, type GuestEnd, Outbox } from "../../mode/guest.ts";
import { now } from "../../platform/mod.ts";
import { type Asked, decodeAnswer, encodeAsked } from "./asked.ts";

export class AskingEnd {
  /** Whether the job was over while an answer was awaited. */
  isOver = false;
  readonly #end: GuestEnd;
  readonly #behind = new Outbox();
  readonly #waited = new FrameCursor();
  #number = 0;

  /** Asks by a guest's end. */
  constructor(end: GuestEnd) {
    this.#end = end;
  }

  /** The next frame, if it is there, valid until the next call. */
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
    // The owner performed that very operation, so its answer has the operation's type.
    return operation.kind === "call" ? { value } : value as Answer;
  }

  #ask(asked: Asked): unknown {
    const bytes = encodeAsked(asked);
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
