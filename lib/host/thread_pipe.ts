/**
 * The guest's ends of the pipes of a service in thread mode: it blocks where it reads, and rings where the host sleeps.
 *
 * - An answer lies in shared memory as soon as it is sent, so the end of the guest loses none.
 * - Blocking is sliced: between two slices the event loop has a turn, by which the guest hears of its end.
 *
 * @example
 * ```ts
 * import { BytePipe } from "../memory/mod.ts";
 * import { encodeFrame } from "./frame.ts";
 * import { ThreadPipe } from "./thread_pipe.ts";
 *
 * const [requests, replies] = [BytePipe.create(1024), BytePipe.create(1024)];
 * requests.write(encodeFrame("post", 0, Uint8Array.of(7)));
 * const pipe = new ThreadPipe({ requests: requests.handle, replies: replies.handle, post: () => {} });
 * pipe.wait();
 * if (pipe.poll()?.payload()[0] !== 7) throw new Error("the request");
 * ```
 *
 * @module
 */

import { BytePipe, type BytePipeHandle } from "../memory/mod.ts";
import { FrameCursor } from "./frame_cursor.ts";
import type { FrameKind } from "./frame.ts";
import { Outbox } from "./outbox.ts";
import type { Transferable } from "./service/service.ts";
import type { ServicePipe } from "./service/guest.ts";
import type { FromThread } from "./thread_messages.ts";
import type { Moved } from "./transfer.ts";

/** How long the guest blocks without a turn of the event loop, in milliseconds. */
const SLICE = 100;
const CHUNK = 65536;

/** See the module. */
export class ThreadPipe implements ServicePipe {
  readonly #requests: BytePipe;
  readonly #replies: BytePipe;
  readonly #post: (message: FromThread, transfer?: readonly Transferable[]) => void;
  readonly #cursor = new FrameCursor();
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #outbox = new Outbox();
  /** Values that were moved here and nobody has asked for, and who waits for the next. */
  readonly #arrived: unknown[] = [];
  #awaited: ((value: unknown) => void) | undefined;

  /** Attaches to the pipes; `post` sends a message to the host. */
  constructor({ requests, replies, post }: {
    readonly requests: BytePipeHandle;
    readonly replies: BytePipeHandle;
    readonly post: (message: FromThread, transfer?: readonly Transferable[]) => void;
  }) {
    const ring = () => post({ kind: "bell" });
    this.#requests = new BytePipe(requests, ring);
    this.#replies = new BytePipe(replies, ring);
    this.#post = post;
  }

  /** The next frame, if it is there, valid until the next call. */
  poll(): FrameCursor | undefined {
    while (!this.#cursor.next()) {
      const length = this.#requests.read(this.#chunk);
      if (length === 0) return undefined;
      this.#cursor.feed(this.#chunk.subarray(0, length));
    }
    return this.#cursor;
  }

  /** Waits for something to read, for a slice at most. */
  wait(): void {
    this.#requests.wait("reader", SLICE);
  }

  /** Sends a frame; waits where the pipe is full, which the host empties. */
  send(kind: FrameKind, channel: number, payload: Uint8Array): void {
    this.#outbox.add(kind, channel, payload);
    while (!this.#outbox.isEmpty) {
      const count = this.#replies.write(this.#outbox.waiting);
      this.#outbox.advance(count);
      if (count === 0) this.#replies.wait("writer", SLICE);
    }
  }

  /** Takes note of a value that was moved here. */
  arrived(value: unknown): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    if (awaited === undefined) this.#arrived.push(value);
    else awaited(value);
  }

  /** The next value that was moved here. */
  takeMoved(): Promise<unknown> {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    return new Promise((resolve) => void (this.#awaited = resolve));
  }

  /** Moves a value to the host; throws where it cannot be cloned. */
  sendMoved({ value, transfer }: Moved): void {
    this.#post({ kind: "moved", value }, transfer);
  }
}
