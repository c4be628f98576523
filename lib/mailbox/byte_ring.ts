/**
 * A ring of records in a byte range: the items of first-in-first-out queues and of channels.
 *
 * - Records lie one after the other from the head, in the order in which they were added, and wrap around at the end.
 *   An empty ring restarts at its first byte, so that a short queue stays in the cache.
 * - Invariant: `used` bytes from `head` on are whole records, the first of which is not gone; `skipped` of them are
 *   claimed or gone. A ring without skipped records can return many items as one range of bytes.
 */

import { type ByteRange, read, type Steps, write } from "../memory/mod.ts";
import type { Fitting, ItemStore } from "./item_store.ts";
import { CLAIMED, GONE, HEADER_BYTES, headerAt, headerOf, joined, lengthOf, LIVE } from "./records.ts";
import { MOST_BYTES, recordSize, RecordWriter, stateOf } from "./records.ts";

/** Handles count from 1, in units of this many bytes. */
const UNIT = 4;
/** How many bytes are read for an item before its length is known. */
const GUESS_BYTES = 64;
/** A body of at most this many bytes is written together with its header. */
const SMALL_BYTES = 4096;
/** The most bytes read at once for several items. */
const MOST_AT_ONCE = 2 ** 20;

/** A ring of records in a byte range. */
export class ByteRing implements ItemStore {
  readonly numbers = 3;
  readonly most: number;
  readonly #start: number;
  readonly #size: number;
  #head = 0;
  #used = 0;
  #skipped = 0;
  readonly #writer = new RecordWriter();
  readonly #header = new Uint8Array(HEADER_BYTES);
  // The buffer for short results of `take`.
  #scratch = new Uint8Array(GUESS_BYTES);

  constructor({ offset, length }: ByteRange) {
    this.#start = offset;
    this.#size = length & ~(UNIT - 1);
    this.most = Math.min(this.#size - HEADER_BYTES, MOST_BYTES);
  }

  load(from: Int32Array, at: number): void {
    this.#head = from[at] ?? 0;
    this.#used = from[at + 1] ?? 0;
    this.#skipped = from[at + 2] ?? 0;
  }

  save(into: Int32Array, at: number): void {
    into[at] = this.#head;
    into[at + 1] = this.#used;
    into[at + 2] = this.#skipped;
  }

  fits(length: number): boolean {
    return recordSize(length) <= this.#size - this.#used;
  }

  fitting(records: Uint8Array, { from, count: most }: { readonly from: number; readonly count: number }): Fitting {
    const room = from + this.#size - this.#used;
    let [count, end] = [0, from];
    while (count < most && end < records.length) {
      const next = end + recordSize(lengthOf(headerAt(records, end)));
      if (next > room) break;
      count++;
      end = next;
    }
    return { count, end };
  }

  /** Adds an item at the end. */
  *add(body: Uint8Array, _priority: number): Steps<number> {
    const at = this.#tail();
    this.#used += recordSize(body.length);
    if (body.length <= SMALL_BYTES) {
      this.#writer.restart();
      this.#writer.add(body);
      yield* this.#write(at, this.#writer.written());
    } else {
      yield* this.#mark(at, headerOf(body.length, LIVE));
      yield* this.#write(this.#place(at + HEADER_BYTES), body);
    }
    return at / UNIT + 1;
  }

  /** Does nothing: the position of a record is its order. */
  *admit(_handle: number): Steps<void> {}

  /** Adds a short item and makes it takeable, in one write; `undefined` if one write is not enough. */
  addShort(body: Uint8Array): Steps<void> | undefined {
    const { length } = body;
    const at = this.#tail();
    const size = recordSize(length);
    if (length > SMALL_BYTES || at + size > this.#size || size > this.#size - this.#used) return undefined;
    this.#used += size;
    this.#writer.restart();
    this.#writer.add(body);
    return write(this.#start + at, this.#writer.written());
  }

  /**
   * Reads what may be the first `count` items, in one read, for {@linkcode takeRead}; `undefined` if one read is not
   * enough.
   */
  readAhead(count: number): Steps<Uint8Array> | undefined {
    const guess = count === 1 ? GUESS_BYTES : Math.min(count * GUESS_BYTES, MOST_AT_ONCE);
    const length = Math.min(this.#used, guess);
    if (this.#skipped > 0 || this.#head + length > this.#size) return undefined;
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(guess);
    return read(this.#start + this.#head, length, { into: this.#scratch });
  }

  /**
   * Takes the first `count` items from what was read; if they are not all there, takes nothing and returns `undefined`.
   */
  takeRead(chunk: Uint8Array, count: number): Uint8Array | undefined {
    let end = 0;
    for (let taken = 0; taken < count; taken++) {
      if (end + HEADER_BYTES > chunk.length) return undefined;
      end += recordSize(lengthOf(headerAt(chunk, end)));
    }
    if (end > chunk.length) return undefined;
    this.#advance(end);
    return end === chunk.length ? chunk : chunk.subarray(0, end);
  }

  *addRecords(records: Uint8Array, _priority: number): Steps<void> {
    const at = this.#tail();
    this.#used += records.length;
    yield* this.#write(at, records);
  }

  /** The first record that is neither claimed nor gone. */
  *first(): Steps<number> {
    if (this.#skipped === 0) return this.#used === 0 ? 0 : this.#head / UNIT + 1;
    let at = this.#head;
    for (let passed = 0; passed < this.#used;) {
      const header = yield* this.#headerAt(at);
      if (stateOf(header) === LIVE) return at / UNIT + 1;
      const size = recordSize(lengthOf(header));
      passed += size;
      at = this.#place(at + size);
    }
    return 0;
  }

  /** Marks a record as claimed. */
  claim(handle: number): Steps<void> {
    this.#skipped++;
    return this.#change(handle, CLAIMED);
  }

  restore(handle: number): Steps<void> {
    this.#skipped--;
    return this.#change(handle, LIVE);
  }

  *record(handle: number): Steps<Uint8Array> {
    const at = (handle - 1) * UNIT;
    const header = yield* this.#headerAt(at);
    const record = new Uint8Array(recordSize(lengthOf(header)));
    return yield* this.#read(at, record.length, record);
  }

  /** Marks a record as gone, and frees the gone records at the head. */
  *drop(handle: number): Steps<void> {
    const at = (handle - 1) * UNIT;
    const header = yield* this.#headerAt(at);
    if (stateOf(header) === LIVE) this.#skipped++;
    if (at !== this.#head) return yield* this.#mark(at, headerOf(lengthOf(header), GONE));
    this.#skipped--;
    this.#advance(recordSize(lengthOf(header)));
    while (this.#skipped > 0) {
      const next = yield* this.#headerAt(this.#head);
      if (stateOf(next) !== GONE) return;
      this.#skipped--;
      this.#advance(recordSize(lengthOf(next)));
    }
  }

  *take(count: number): Steps<Uint8Array> {
    if (this.#skipped > 0) return yield* this.#takeEach(count);
    const guess = count === 1 ? GUESS_BYTES : Math.min(count * GUESS_BYTES, MOST_AT_ONCE);
    const length = Math.min(this.#used, guess);
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(guess);
    const chunk = yield* this.#read(this.#head, length, this.#scratch);
    let [taken, end] = [0, 0];
    while (taken < count && end < length) {
      const next = end + recordSize(lengthOf(headerAt(chunk, end)));
      if (next > length) break;
      taken++;
      end = next;
    }
    this.#advance(end);
    if (taken === count) return chunk.subarray(0, end);
    // A long record, then those that follow it.
    const parts = [chunk.slice(0, end), yield* this.#takeFirst()];
    if (taken + 1 < count) parts.push(yield* this.take(count - taken - 1));
    return joined(parts);
  }

  *#takeEach(count: number): Steps<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let taken = 0; taken < count; taken++) {
      const handle = yield* this.first();
      parts.push(yield* this.record(handle));
      yield* this.drop(handle);
    }
    return joined(parts);
  }

  /** Takes the first item, of any length, from a ring without skipped records. */
  *#takeFirst(): Steps<Uint8Array> {
    const record = yield* this.record(this.#head / UNIT + 1);
    this.#advance(record.length);
    return record;
  }

  #advance(bytes: number): void {
    this.#used -= bytes;
    this.#head = this.#used === 0 ? 0 : this.#place(this.#head + bytes);
  }

  #tail(): number {
    return this.#place(this.#head + this.#used);
  }

  #place(at: number): number {
    return at < this.#size ? at : at - this.#size;
  }

  *#headerAt(at: number): Steps<number> {
    // A header never wraps around: the sizes of the ring and of its records are multiples of a header's.
    return headerAt(yield* read(this.#start + at, HEADER_BYTES, { into: this.#header }), 0);
  }

  *#change(handle: number, state: number): Steps<void> {
    const at = (handle - 1) * UNIT;
    const header = yield* this.#headerAt(at);
    yield* this.#mark(at, headerOf(lengthOf(header), state));
  }

  *#mark(at: number, header: number): Steps<void> {
    for (let index = 0; index < HEADER_BYTES; index++) this.#header[index] = header >>> (8 * index);
    yield* write(this.#start + at, this.#header);
  }

  *#write(at: number, bytes: Uint8Array): Steps<void> {
    const before = this.#size - at;
    if (bytes.length <= before) return yield* write(this.#start + at, bytes);
    yield* write(this.#start + at, bytes.subarray(0, before));
    yield* write(this.#start, bytes.subarray(before));
  }

  *#read(at: number, length: number, into: Uint8Array): Steps<Uint8Array> {
    const before = this.#size - at;
    if (length <= before) return yield* read(this.#start + at, length, { into });
    yield* read(this.#start + at, before, { into });
    yield* read(this.#start, length - before, { into: into.subarray(before) });
    return into.subarray(0, length);
  }
}
