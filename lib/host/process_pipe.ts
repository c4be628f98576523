/**
 * The guest's side of the pipes of a service in process mode: stdin and stdout, read and written at once.
 *
 * - An answer is written as soon as it is sent, so the end of the guest loses none.
 * - What touches shared things is asked of the host; calls that come meanwhile wait.
 *
 * @example
 * ```ts
 * import { ProcessPipe } from "./process_pipe.ts";
 * import { encodeFrame } from "./frame.ts";
 *
 * const written: number[] = [];
 * const stdin = encodeFrame("post", 0, Uint8Array.of(7));
 * const pipe = new ProcessPipe({
 *   read: (into) => (into.set(stdin), stdin.length),
 *   write: (bytes) => (written.push(...bytes), bytes.length),
 *   now: () => 0,
 * });
 * pipe.wait();
 * pipe.send("reply", 1, Uint8Array.of(8));
 * if (pipe.poll()?.payload()[0] !== 7 || written.at(-1) !== 8) throw new Error("in and out");
 * ```
 *
 * @module
 */

import { StoppedError } from "../errors.ts";
import { type Answer, type Operation, RemoteMemory } from "../memory/mod.ts";
import { type Asked, decodeAnswer, encodeAsked } from "./shared/asked.ts";
import { Outbox } from "./outbox.ts";
import { FrameCursor } from "./frame_cursor.ts";
import type { FrameKind } from "./frame.ts";
import { SERVICE_CHANNEL } from "./service/service.ts";
import type { ServicePipe } from "./service/guest.ts";

/** More than any pipe holds, so one read empties it. */
const CHUNK = 1 << 20;

/** How a guest reads and writes. */
export interface ProcessPipeOptions {
  /** Waits for bytes and gives how many; `null` at the end. */
  readonly read: (into: Uint8Array) => number | null;
  /** Writes a part of the bytes and gives how many. */
  readonly write: (bytes: Uint8Array) => number;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** See the module. */
export class ProcessPipe implements ServicePipe {
  readonly #options: ProcessPipeOptions;
  readonly #cursor = new FrameCursor();
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #outbox = new Outbox();
  #isOver = false;
  /** Frames that came while an answer was awaited, in a row. */
  readonly #behind = new Outbox();
  readonly #waited = new FrameCursor();

  /** Takes how to read and write. */
  constructor(options: ProcessPipeOptions) {
    this.#options = options;
  }

  /** The next frame, if it is there, valid until the next call. */
  poll(): FrameCursor | undefined {
    for (;;) {
      if (this.#waited.next()) return this.#waited;
      if (this.#behind.isEmpty) return this.#cursor.next() ? this.#cursor : undefined;
      this.#waited.feed(this.#behind.take());
    }
  }

  /** Waits for a chunk of frames; the end of stdin is the end of the guest. */
  wait(): void {
    const length = this.#options.read(this.#chunk);
    if (length === null) Deno.exit(0);
    this.#cursor.feed(this.#chunk.subarray(0, length));
  }

  /** Sends a frame; a guest that has nobody to answer ends. */
  send(kind: FrameKind, channel: number, payload: Uint8Array): void {
    this.#outbox.add(kind, channel, payload);
    try {
      while (!this.#outbox.isEmpty) this.#outbox.advance(this.#options.write(this.#outbox.waiting));
    } catch {
      Deno.exit(1);
    }
  }

  /** The memory of the host, asked operation by operation and call by call. */
  memory(layout: RemoteMemory["layout"]): RemoteMemory {
    return new RemoteMemory(layout, {
      perform: (operation) => this.#perform(operation),
      ticket: () => this.#ask({ kind: "ticket" }) as number,
      clock: this.#options.now,
    });
  }

  #perform(operation: Operation): Answer {
    const value = this.#ask(operation);
    // The owner performed that very operation, so its answer has the operation's type.
    return operation.kind === "call" ? { value } : value as Answer;
  }

  #ask(asked: Asked): unknown {
    this.send("call", SERVICE_CHANNEL, encodeAsked(asked));
    for (;;) {
      // What is left of the chunk at hand comes before what is read for the answer.
      while (this.#cursor.next()) {
        const { kind, channel } = this.#cursor;
        const payload = this.#cursor.payload();
        if (kind === "result") return decodeAnswer(payload);
        this.#behind.add(kind, channel, payload);
        this.#isOver ||= kind === "job";
      }
      if (this.#isOver) {
        throw new StoppedError("Cannot wait: the service is over, a return to the guest's loop is wanted");
      }
      this.wait();
    }
  }
}
