/**
 * Frames that wait to be sent, in a row: what is added while a message is under way goes with the next one.
 *
 * - Invariant: the bytes from `sent` to `length` are whole frames, but the first, of which a part may have been sent.
 *
 * @example
 * ```ts
 * import { Outbox } from "./outbox.ts";
 * import { FrameReader } from "./frame_reader.ts";
 *
 * const outbox = new Outbox();
 * outbox.add("post", 1, Uint8Array.of(5));
 * outbox.add("post", 2, Uint8Array.of(6));
 * const frames = new FrameReader().push(outbox.take());
 * if (frames.length !== 2 || outbox.waiting.length !== 0) throw new Error("both at once");
 * ```
 *
 * @module
 */

import { type FrameKind, HEADER_BYTES, putHeader } from "./frame.ts";

const ROOM = 4096;

/** See the module. */
export class Outbox {
  #bytes = new Uint8Array(ROOM);
  #sent = 0;
  #length = 0;

  /** Whether everything has been sent. */
  get isEmpty(): boolean {
    return this.#sent === this.#length;
  }

  /** What has not been sent: valid until the next call of another method. */
  get waiting(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#sent, this.#length);
  }

  /** Adds a frame. */
  add(kind: FrameKind, channel: number, payload: Uint8Array): void {
    const size = HEADER_BYTES + payload.length;
    if (this.#length + size > this.#bytes.length) this.#grow(size);
    putHeader(this.#bytes, this.#length, { kind, channel, length: payload.length });
    this.#bytes.set(payload, this.#length + HEADER_BYTES);
    this.#length += size;
  }

  /** Says that so many more bytes have been sent. */
  advance(count: number): void {
    this.#sent += count;
    if (!this.isEmpty) return;
    this.#sent = 0;
    this.#length = 0;
  }

  /** Takes everything, as bytes of its own. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.waiting.slice();
    this.advance(bytes.length);
    return bytes;
  }

  #grow(size: number): void {
    const { waiting } = this;
    const wanted = waiting.length + size;
    // What has been sent makes room first.
    const bytes = wanted <= this.#bytes.length / 2 ? this.#bytes : new Uint8Array(2 * wanted);
    bytes.set(waiting);
    this.#bytes = bytes;
    this.#sent = 0;
    this.#length = waiting.length;
  }
}
