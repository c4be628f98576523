/**
 * Reads frames one after another in place: nothing is allocated per frame, so a small one costs a few nanoseconds.
 *
 * - `feed` passes in a chunk, and `next` moves to the next frame in it; a frame split across chunks is reassembled.
 * - What the cursor points at is valid until the next call of `next` or `feed`.
 * - Room for a payload grows with the bytes received, never with the length that a header claims, and is released
 *   afterward.
 */

import { Decoder } from "../codec/mod.ts";
import { fault, type FrameHeader, type FrameKind, HEADER_BYTES, headerIn } from "./frame.ts";

const EMPTY: Uint8Array = new Uint8Array(0);

/** Reads frames one after another in place: nothing is allocated per frame, so a small one costs a few nanoseconds. */
export class FrameCursor {
  /** The purpose of the frame. */
  kind: FrameKind = "hello";
  /** The index of the called function. */
  index = 0;
  /** The number of the request that it is or answers. */
  number = 0;
  /** The bytes that contain its payload: a whole chunk, or the reassembled frame. */
  bytes: Uint8Array = EMPTY;
  /** The offset at which the payload begins. */
  from = 0;
  /** The offset at which it ends. */
  end = 0;
  #decoded: Uint8Array = EMPTY;
  #decoder = new Decoder(EMPTY);
  #chunk: Uint8Array = EMPTY;
  /** Invariant: the bytes of #chunk before #at are read. */
  #at = 0;
  /** The beginning of an incomplete frame: the first #held bytes. */
  #partial = EMPTY;
  #held = 0;

  /** Passes in a chunk; the previous one must have been read. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Moves to the next frame; false if there is no complete one. */
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

  /** How many bytes of an incomplete frame have arrived. */
  get pending(): number {
    return this.#held;
  }

  /**
   * Declares the stream ended.
   *
   * @throws {ProtocolError} if it ended within a frame.
   */
  finish(): void {
    if (this.#held === 0) return;
    throw fault(`the stream ended after ${this.#held} bytes of a frame`, "whole frames are");
  }

  /**
   * The decoded payload; `moved` are the objects that came separately. All payloads in the same bytes share one
   * decoder.
   */
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

  /**
   * Points the cursor at the frame whose header is at offset `at` of `bytes`; returns whether the frame ends within
   * them.
   */
  #stand({ kind, index, number, length }: FrameHeader, at: number): boolean {
    this.kind = kind;
    this.index = index;
    this.number = number;
    this.from = at + HEADER_BYTES;
    this.end = this.from + length;
    return this.end <= this.bytes.length;
  }

  /** Completes the held frame if the chunk suffices. */
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

  /** Forgets the previous frame; returns false, for no complete frame. */
  #rest(): false {
    if (this.bytes !== EMPTY) this.bytes = EMPTY;
    if (this.#decoded !== EMPTY) {
      this.#decoded = EMPTY;
      this.#decoder = new Decoder(EMPTY);
    }
    return false;
  }

  /** Appends up to `count` bytes of the chunk to the held ones. */
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
