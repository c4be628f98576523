/**
 * Records: the byte format of items that lie one after the other.
 *
 * - A record is a header of 4 bytes, little endian, and a body, padded with zeros to a multiple of 4. The header is 4
 *   times the body's length, plus the record's state.
 * - A batch of values crosses as its records, so that it is written and read as one range of bytes.
 */

/** The size of a record header, in bytes. */
export const HEADER_BYTES = 4;
/** The largest body, in bytes: its length leaves room for the state. */
export const MOST_BYTES: number = 2 ** 29 - 8;

/** An item that can be taken. */
export const LIVE = 0;
/** An item that a task has been granted and has not read yet. */
export const CLAIMED = 1;
/** The remains of an item, whose room is not free yet. */
export const GONE = 2;

const STATE_BITS = 2;
const STATE = 3;
const FIRST_ROOM_BYTES = 1024;
const KEPT_ROOM_BYTES = 2 ** 20;

/** The size of a record with a body of `length` bytes, in bytes. */
export function recordSize(length: number): number {
  return (HEADER_BYTES + length + 3) & ~3;
}

/** The header for a body length and a state. */
export function headerOf(length: number, state: number): number {
  return (length << STATE_BITS) | state;
}

/** The length of the body, in bytes, according to a header. */
export function lengthOf(header: number): number {
  return header >>> STATE_BITS;
}

/** The state according to a header. */
export function stateOf(header: number): number {
  return header & STATE;
}

/** The record header at an offset. */
export function headerAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return (low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

/** The body of the record at an offset, as a view on the bytes. */
export function bodyAt(records: Uint8Array, at: number): Uint8Array {
  return records.subarray(at + HEADER_BYTES, at + HEADER_BYTES + lengthOf(headerAt(records, at)));
}

/** The bodies of records, as views on the bytes. */
export function bodiesOf(records: Uint8Array): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (let at = 0; at < records.length;) {
    const body = bodyAt(records, at);
    bodies.push(body);
    at += recordSize(body.length);
  }
  return bodies;
}

/** Throws unless `bytes` is a `Uint8Array`: a task elsewhere may pass anything. */
export function checkEncoded(name: string, bytes: unknown): asserts bytes is Uint8Array {
  if (bytes instanceof Uint8Array) return;
  throw new TypeError(`Cannot use what ${name} is given: it is ${typeof bytes}, encoded bytes are wanted`);
}

/**
 * The length of the longest body.
 *
 * @throws {TypeError} unless the bytes are whole, takeable records.
 */
export function longestOf(name: string, records: unknown): number {
  checkEncoded(name, records);
  let longest = 0;
  for (let at = 0; at < records.length;) {
    const header = headerAt(records, at);
    const length = lengthOf(header);
    at += recordSize(length);
    if (stateOf(header) !== LIVE || at > records.length) {
      throw new TypeError(`Cannot put into ${name}: the batch is torn, whole records are wanted`);
    }
    if (length > longest) longest = length;
  }
  return longest;
}

/** Concatenates records. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Builds records in a buffer that it keeps. */
export class RecordWriter {
  // The bytes before #at are written.
  #room = new Uint8Array(FIRST_ROOM_BYTES);
  #at = 0;

  /** Starts over; frees the buffer if a rare large batch made it large. */
  restart(): void {
    this.#at = 0;
    if (this.#room.length > KEPT_ROOM_BYTES) this.#room = new Uint8Array(FIRST_ROOM_BYTES);
  }

  /** Adds a record. */
  add(body: Uint8Array): void {
    const { length } = body;
    const end = this.#at + recordSize(length);
    if (end > this.#room.length) {
      const room = new Uint8Array(Math.max(2 * this.#room.length, end));
      room.set(this.#room.subarray(0, this.#at));
      this.#room = room;
    }
    const room = this.#room;
    const header = headerOf(length, LIVE);
    let at = this.#at;
    room[at++] = header;
    room[at++] = header >>> 8;
    room[at++] = header >>> 16;
    room[at++] = header >>> 24;
    if (length > SHORT) room.set(body, at);
    else for (let index = 0; index < length; index++) room[at + index] = body[index] ?? 0;
    for (at += length; at < end; at++) room[at] = 0;
    this.#at = end;
  }

  /** The records written since the last restart, as a view on the writer's buffer. */
  written(): Uint8Array {
    return this.#room.subarray(0, this.#at);
  }
}

/** Up to this many bytes are copied one by one, which beats the setup of a bulk copy. */
const SHORT = 64;
