/**
 * Writes bytes: the primitives of encoding.
 */

import { Tag } from "./tags.ts";

const FIRST_ROOM_BYTES = 1024;
const KEPT_ROOM_BYTES = 2 ** 20;
const SHORT_STRING = 64;
const VARINT_BYTES = 8;
const NUMBER_BYTES = 1 + Float64Array.BYTES_PER_ELEMENT;

const utf8 = new TextEncoder();

/** Writes bytes into a growing buffer, which it keeps from one value to the next. */
export class ByteWriter {
  // The bytes before #at have been written; #view and #room share the same buffer.
  #room: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_ROOM_BYTES);
  #view = new DataView(this.#room.buffer);
  #at = 0;

  /** The size of its buffer, in bytes. */
  get room(): number {
    return this.#room.length;
  }

  /**
   * Starts over; frees the buffer if a rare large value made it large. Earlier output stays intact until the next
   * value.
   */
  restart(): void {
    this.#at = 0;
    if (this.#room.length > KEPT_ROOM_BYTES) this.#useRoom(new Uint8Array(FIRST_ROOM_BYTES));
  }

  /** What has been written since the last restart, as a view on the writer's buffer. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#room.subarray(0, this.#at);
  }

  /** Writes a number with its tag, in the short form if it is a 32-bit integer. */
  number(value: number): void {
    this.#reserve(NUMBER_BYTES);
    const integer = value | 0;
    if (integer !== value || (value === 0 && Object.is(value, -0))) {
      this.#room[this.#at] = Tag.number;
      this.#view.setFloat64(this.#at + 1, value, true);
      this.#at += NUMBER_BYTES;
      return;
    }
    const zigzag = ((integer << 1) ^ (integer >> 31)) >>> 0;
    this.#room[this.#at++] = Tag.integer;
    if (zigzag < 0x80) this.#room[this.#at++] = zigzag;
    else this.length(zigzag);
  }

  /** Writes a string with its tag. */
  string(value: string): void {
    const { length } = value;
    if (length <= SHORT_STRING && this.#ascii(value)) return;
    if (value.isWellFormed()) {
      this.#reserve(1 + Uint32Array.BYTES_PER_ELEMENT + length * 3);
      const start = this.#at + 1 + Uint32Array.BYTES_PER_ELEMENT;
      const { written } = utf8.encodeInto(value, this.#room.subarray(start));
      this.#room[this.#at] = Tag.utf8;
      this.#view.setUint32(this.#at + 1, written, true);
      this.#at = start + written;
      return;
    }
    this.#reserve(1 + Uint32Array.BYTES_PER_ELEMENT + length * 2);
    this.#room[this.#at] = Tag.utf16;
    this.#view.setUint32(this.#at + 1, length, true);
    this.#at += 1 + Uint32Array.BYTES_PER_ELEMENT;
    for (let index = 0; index < length; index++, this.#at += 2) {
      this.#view.setUint16(this.#at, value.charCodeAt(index), true);
    }
  }

  /** Writes a short string if it is ASCII; its length takes one byte. */
  #ascii(value: string): boolean {
    const { length } = value;
    this.#reserve(2 + length);
    const room = this.#room;
    const start = this.#at + 2;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      room[start + index] = code;
    }
    room[this.#at] = Tag.ascii;
    room[this.#at + 1] = length;
    this.#at = start + length;
    return true;
  }

  /** Writes a bigint with its tag. */
  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.byte(Tag.long);
      this.#reserve(BigInt64Array.BYTES_PER_ELEMENT);
      this.#view.setBigInt64(this.#at, value, true);
      this.#at += BigInt64Array.BYTES_PER_ELEMENT;
      return;
    }
    this.byte(Tag.bigint);
    this.byte(value < 0n ? 1 : 0);
    const digits = (value < 0n ? -value : value).toString(16);
    const even = digits.length % 2 === 0 ? digits : `0${digits}`;
    this.bytes(Uint8Array.from({ length: even.length / 2 }, (_, at) => parseInt(even.slice(2 * at, 2 * at + 2), 16)));
  }

  /** Writes a byte, such as a tag. */
  byte(byte: number): void {
    this.#reserve(1);
    this.#room[this.#at++] = byte;
  }

  /** Writes a float64. */
  float(value: number): void {
    this.#reserve(Float64Array.BYTES_PER_ELEMENT);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += Float64Array.BYTES_PER_ELEMENT;
  }

  /** Writes a nonnegative integer as a varint. */
  length(value: number): void {
    this.#reserve(VARINT_BYTES);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.#room[this.#at++] = (rest % 0x80) | 0x80;
    this.#room[this.#at++] = rest;
  }

  /** Writes a length and that many bytes. */
  bytes(bytes: Uint8Array): void {
    this.length(bytes.length);
    this.#reserve(bytes.length);
    this.#room.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #reserve(count: number): void {
    const wanted = this.#at + count;
    if (wanted <= this.#room.length) return;
    const room = new Uint8Array(Math.max(2 * this.#room.length, wanted));
    room.set(this.#room.subarray(0, this.#at));
    this.#useRoom(room);
  }

  #useRoom(room: Uint8Array<ArrayBuffer>): void {
    this.#room = room;
    this.#view = new DataView(room.buffer);
  }
}
