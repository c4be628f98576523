/**
 * Frames waiting to be sent, one after the other: frames added while a message is on its way go with the next one.
 *
 * - Invariant: the bytes from `sent` to `length` are whole frames, except that part of the first may have been sent.
 * - A frame that cannot be encoded leaves no trace. A large buffer is released once everything has been sent.
 */

import { checkLength, type FrameKind, HEADER_BYTES, putHeader } from "./frame.ts";

const ROOM = 4096;
/** A buffer larger than this is not kept. */
const MOST_KEPT = 1 << 20;
/** Up to this many bytes, a loop is faster than a view. */
const SMALL = 32;

/** A part of some bytes. */
export interface BytesPart {
  /** All the bytes. */
  readonly bytes: Uint8Array;
  /** The offset at which the part begins, */
  readonly from: number;
  /** and the offset at which it ends. */
  readonly end: number;
}

/** Frames waiting to be sent, one after the other: frames added while a message is on its way go with the next one. */
export class Outbox {
  #bytes = new Uint8Array(ROOM);
  #sent = 0;
  #length = 0;

  /** Whether everything has been sent. */
  get isEmpty(): boolean {
    return this.#sent === this.#length;
  }

  /** What has not been sent; valid until the next call of another method. */
  get waiting(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#sent, this.#length);
  }

  /** The size of its buffer, in bytes. */
  get room(): number {
    return this.#bytes.length;
  }

  /** Adds a frame. */
  add(kind: FrameKind, number: number, payload?: Uint8Array): void {
    const length = payload?.length ?? 0;
    const at = this.#header({ kind, number, index: 0 }, length);
    if (payload !== undefined) this.#bytes.set(payload, at);
    this.#length = at + length;
  }

  /** Adds a frame about a function, whose payload is a part of some bytes. */
  addPart(
    header: { readonly kind: FrameKind; readonly number: number; readonly index: number },
    part: BytesPart,
  ): void {
    const { bytes, from, end } = part;
    const at = this.#header(header, end - from);
    if (end - from > SMALL) this.#bytes.set(bytes.subarray(from, end), at);
    else for (let byte = from; byte < end; byte++) this.#bytes[at + byte - from] = bytes[byte] ?? 0;
    this.#length = at + end - from;
  }

  /** Adds complete frames. */
  addFrames(frames: Uint8Array): void {
    if (this.#length + frames.length > this.#bytes.length) this.#grow(frames.length);
    this.#bytes.set(frames, this.#length);
    this.#length += frames.length;
  }

  /** Records that `count` more bytes have been sent. */
  advance(count: number): void {
    this.#sent += count;
    if (!this.isEmpty) return;
    this.#sent = 0;
    this.#length = 0;
    if (this.#bytes.length > MOST_KEPT) this.#bytes = new Uint8Array(ROOM);
  }

  /** Takes everything, as newly allocated bytes. */
  take(): Uint8Array<ArrayBuffer> {
    const { waiting } = this;
    // A buffer that is not kept need not be copied.
    const bytes = this.#bytes.length > MOST_KEPT ? waiting : waiting.slice();
    this.advance(bytes.length);
    return bytes;
  }

  /** Appends a header, makes room for the payload, and returns the offset at which that begins. */
  #header(
    { kind, number, index }: { readonly kind: FrameKind; readonly number: number; readonly index: number },
    length: number,
  ): number {
    checkLength(length);
    const size = HEADER_BYTES + length;
    if (this.#length + size > this.#bytes.length) this.#grow(size);
    putHeader(this.#bytes, this.#length, { kind, index, number, length });
    return this.#length + HEADER_BYTES;
  }

  #grow(size: number): void {
    const { waiting } = this;
    const wanted = waiting.length + size;
    // Room occupied by what has been sent is reused first.
    const bytes = wanted <= this.#bytes.length / 2 ? this.#bytes : new Uint8Array(2 * wanted);
    bytes.set(waiting);
    this.#bytes = bytes;
    this.#sent = 0;
    this.#length = waiting.length;
  }
}
