/**
 * Frames read one after another where they lie: nothing is made for a frame, so a small one costs some nanoseconds.
 *
 * - `feed` hands over a chunk, `next` goes to the next frame in it; a frame that is split over chunks is put together.
 * - What the cursor stands on is valid until the next `next` or `feed`.
 * - The magic byte begins no UTF-8 text, so what is printed by mistake is told at its first byte: `ProtocolError`.
 *
 * @example
 * ```ts
 * import { FrameCursor } from "./frame_cursor.ts";
 * import { encodeFrame } from "./frame.ts";
 *
 * const bytes = encodeFrame("post", 7, Uint8Array.of(1, 2, 3));
 * const cursor = new FrameCursor();
 * cursor.feed(bytes.subarray(0, 9));
 * if (cursor.next()) throw new Error("half a frame");
 * cursor.feed(bytes.subarray(9));
 * if (!cursor.next() || cursor.channel !== 7 || cursor.end - cursor.from !== 3) throw new Error("three bytes on 7");
 * ```
 *
 * @module
 */

import { Decoder } from "../codec/mod.ts";
import { fault, type FrameHeader, type FrameKind, HEADER_BYTES, headerIn } from "./frame.ts";

const EMPTY = new Uint8Array(0);

/** See the module. */
export class FrameCursor {
  /** What the frame is for. */
  kind: FrameKind = "hello";
  /** Which conversation it belongs to. */
  channel = 0;
  /** The bytes that its payload lies in: a whole chunk, or the frame put together. */
  bytes: Uint8Array = EMPTY;
  /** Where in `bytes` the payload begins. */
  from = 0;
  /** Where it ends. */
  end = 0;
  #decoded: Uint8Array = EMPTY;
  #decoder = new Decoder(EMPTY);
  #chunk: Uint8Array = EMPTY;
  /** Invariant: the bytes of #chunk before #at are read. */
  #at = 0;
  /** The beginning of a frame that is not whole: the first #held bytes. */
  #partial = new Uint8Array(HEADER_BYTES);
  #held = 0;

  /** Hands over a chunk; the one before it must have been read. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Goes to the next frame; false where there is none that is whole. */
  next(): boolean {
    if (this.#held > 0) return this.#complete();
    const left = this.#chunk.length - this.#at;
    if (left === 0) return false;
    const header = headerIn(this.#chunk, this.#at);
    this.bytes = this.#chunk;
    if (header !== undefined && this.#stand(header, this.#at)) {
      this.#at = this.end;
      return true;
    }
    this.#hold(left);
    return false;
  }

  /** How many bytes of a frame that is not whole yet have come. */
  get pending(): number {
    return this.#held;
  }

  /**
   * Says that the stream has ended.
   *
   * @throws {ProtocolError} where it ended within a frame.
   */
  finish(): void {
    if (this.#held === 0) return;
    throw fault(`the stream ended after ${this.#held} bytes of a frame`, "whole frames are");
  }

  /** The value that the payload holds. One decoder reads all payloads that lie in the same bytes. */
  value(): unknown {
    if (this.#decoded !== this.bytes) {
      this.#decoded = this.bytes;
      this.#decoder = new Decoder(this.bytes);
    }
    return this.#decoder.decodePart(this.from, this.end);
  }

  /** A copy of the payload. */
  payload(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(this.from, this.end);
  }

  /** Stands on the frame whose header lies at that byte of `bytes`, and says whether it ends within them. */
  #stand({ kind, channel, length }: FrameHeader, at: number): boolean {
    this.kind = kind;
    this.channel = channel;
    this.from = at + HEADER_BYTES;
    this.end = this.from + length;
    return this.end <= this.bytes.length;
  }

  /** Completes the held frame, if the chunk suffices. */
  #complete(): boolean {
    const missing = HEADER_BYTES - this.#held;
    if (missing > 0) this.#hold(missing);
    const header = headerIn(this.#partial.subarray(0, this.#held), 0);
    if (header === undefined) return false;
    const size = HEADER_BYTES + header.length;
    if (this.#partial.length < size) {
      const room = new Uint8Array(size);
      room.set(this.#partial.subarray(0, this.#held));
      this.#partial = room;
    }
    this.#hold(size - this.#held);
    if (this.#held < size) return false;
    const whole = this.#partial;
    this.#partial = new Uint8Array(HEADER_BYTES);
    this.#held = 0;
    this.bytes = whole;
    return this.#stand(header, 0);
  }

  /** Takes so many bytes of the chunk to those that are held, or as many as there are. */
  #hold(count: number): void {
    const part = this.#chunk.subarray(this.#at, this.#at + count);
    const wanted = this.#held + part.length;
    if (wanted > this.#partial.length) {
      const room = new Uint8Array(wanted);
      room.set(this.#partial.subarray(0, this.#held));
      this.#partial = room;
    }
    this.#partial.set(part, this.#held);
    this.#held = wanted;
    this.#at += part.length;
  }
}
