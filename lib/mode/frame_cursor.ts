/**
 * Frames read one after another where they lie: nothing is made for a frame, so a small one costs some nanoseconds.
 *
 * - `feed` hands over a chunk, `next` goes to the next frame in it; a frame that is split over chunks is put together.
 * - What the cursor stands on is valid until the next `next` or `feed`.
 * - Room for a payload grows with the bytes that have come, never with what a header claims, and is let go of afterwards.
 */

import { Decoder } from "../codec/mod.ts";
import { fault, type FrameHeader, type FrameKind, HEADER_BYTES, headerIn } from "./frame.ts";

const EMPTY: Uint8Array = new Uint8Array(0);

/**
 * Frames read one after another where they lie: nothing is made for a frame, so a small one costs some
 * nanoseconds.
 */
export class FrameCursor {
  /** What the frame is for. */
  kind: FrameKind = "hello";
  /** Which function is called. */
  index = 0;
  /** Which request it is, or answers. */
  number = 0;
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
  #partial = EMPTY;
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
    if (left === 0) return this.#rest();
    const header = headerIn(this.#chunk, this.#at);
    this.bytes = this.#chunk;
    if (header !== undefined && this.#stand(header, this.#at)) {
      this.#at = this.end;
      return true;
    }
    this.#hold(left);
    return this.#rest();
  }

  /** How many bytes of a frame that is not whole yet have come. */
  get pending(): number {
    return this.#held;
  }

  /**
   * Says that the stream has ended.
   *
   * @throws {ProtocolError} if it ended within a frame.
   */
  finish(): void {
    if (this.#held === 0) return;
    throw fault(`the stream ended after ${this.#held} bytes of a frame`, "whole frames are");
  }

  /** The value that the payload holds; `moved` is what came beside it. One decoder reads all payloads in the same bytes. */
  value(moved?: readonly object[]): unknown {
    if (this.#decoded !== this.bytes) {
      this.#decoded = this.bytes;
      this.#decoder = new Decoder(this.bytes);
    }
    return this.#decoder.decodePart(this.from, this.end, moved);
  }

  /** A copy of the payload. */
  payload(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(this.from, this.end);
  }

  /** Stands on the frame whose header lies at that byte of `bytes`, and says whether it ends within them. */
  #stand({ kind, index, number, length }: FrameHeader, at: number): boolean {
    this.kind = kind;
    this.index = index;
    this.number = number;
    this.from = at + HEADER_BYTES;
    this.end = this.from + length;
    return this.end <= this.bytes.length;
  }

  /** Completes the held frame, if the chunk suffices. */
  #complete(): boolean {
    const missing = HEADER_BYTES - this.#held;
    if (missing > 0) this.#hold(missing);
    const header = headerIn(this.#partial.subarray(0, this.#held), 0);
    if (header === undefined) return this.#rest();
    this.#hold(HEADER_BYTES + header.length - this.#held);
    if (this.#held < HEADER_BYTES + header.length) return this.#rest();
    this.bytes = this.#partial;
    this.#partial = EMPTY;
    this.#held = 0;
    return this.#stand(header, 0);
  }

  /** Keeps nothing of the frame before; there is none that is whole. */
  #rest(): false {
    if (this.bytes !== EMPTY) this.bytes = EMPTY;
    if (this.#decoded !== EMPTY) {
      this.#decoded = EMPTY;
      this.#decoder = new Decoder(EMPTY);
    }
    return false;
  }

  /** Takes so many bytes of the chunk to those that are held, or as many as there are. */
  #hold(count: number): void {
    const part = this.#chunk.subarray(this.#at, this.#at + count);
    const wanted = this.#held + part.length;
    if (wanted > this.#partial.length) {
      const room = new Uint8Array(Math.max(wanted, 2 * this.#partial.length));
      room.set(this.#partial.subarray(0, this.#held));
      this.#partial = room;
    }
    this.#partial.set(part, this.#held);
    this.#held = wanted;
    this.#at += part.length;
  }
}
