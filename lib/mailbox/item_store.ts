/**
 * The contract of the two stores that hold the items of queues and channels as bytes.
 *
 * - All steps run inside the monitor of the buffer that owns the store, between a load and a save of its numbers.
 * - A handle names an item from `add` to `drop`; it is an integer from 1 to 2^28.
 * - An added item becomes takeable when it is admitted, unless it is dropped first. `first` returns the takeable item
 *   that comes first, `claim` takes it out of the order but leaves its bytes in place, and `restore` puts it back where
 *   it was.
 */

import type { Steps } from "../memory/mod.ts";

/** Holds the items of a queue or channel as bytes. */
export interface ItemStore {
  /** How many 32-bit numbers its state consists of. */
  readonly numbers: number;
  /** The length of the longest item that fits into an empty store, in bytes. */
  readonly most: number;
  /** Loads its state from numbers. */
  load(from: Int32Array, at: number): void;
  /** Saves its state as numbers. */
  save(into: Int32Array, at: number): void;
  /** Whether an item of this length, in bytes, fits. */
  fits(length: number): boolean;
  /** How many records of a batch fit, at most `count`, and where they end. */
  fitting(records: Uint8Array, options: { readonly from: number; readonly count: number }): Fitting;
  /** Adds an item and returns its handle. */
  add(body: Uint8Array, priority: number): Steps<number>;
  /** Makes an added item takeable. */
  admit(handle: number): Steps<void>;
  /**
   * Adds a short item and makes it takeable, in one write; does nothing and returns `undefined` if one write is not
   * enough.
   */
  addShort(body: Uint8Array): Steps<void> | undefined;
  /** Reads what may be the first `count` items, in one read; `undefined` if one read is not enough. */
  readAhead(count: number): Steps<Uint8Array> | undefined;
  /**
   * Takes the first `count` items from what was read ahead; takes nothing and returns `undefined` if they are not all
   * there.
   */
  takeRead(chunk: Uint8Array, count: number): Uint8Array | undefined;
  /** Adds records and makes them takeable. */
  addRecords(records: Uint8Array, priority: number): Steps<void>;
  /** The handle of the first takeable item, or 0. */
  first(): Steps<number>;
  /** Takes an item out of the order. */
  claim(handle: number): Steps<void>;
  /** Puts a claimed item back in order. */
  restore(handle: number): Steps<void>;
  /** The record of an item, in newly allocated bytes. */
  record(handle: number): Steps<Uint8Array>;
  /** Frees the room of an item that is claimed or was never admitted. */
  drop(handle: number): Steps<void>;
  /** Takes the first `count` items, which must exist, and returns their records, valid until the next call. */
  take(count: number): Steps<Uint8Array>;
}

/** A part of a batch. */
export interface Fitting {
  readonly count: number;
  /** The byte after them. */
  readonly end: number;
}
