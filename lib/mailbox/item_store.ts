/**
 * What holds the items of a queue or a channel, as bytes: the contract of its two implementations.
 *
 * - All steps are run inside the monitor of the stock that owns the store, between a load and a save of its numbers.
 * - A handle names an item from `add` to `drop`; it is a whole number from 1 to 2^28.
 * - An item is added, and becomes takeable when it is admitted; or it is dropped before. `first` gives the takeable item
 *   that comes first, `claim` takes it out of that order with its bytes in place, `restore` puts it back where it was.
 */

import type { Steps } from "../memory/mod.ts";

export interface ItemStore {
  /** How many 32-bit numbers tell its state. */
  readonly numbers: number;
  /** The length of the longest item that fits into an empty store, in bytes. */
  readonly most: number;
  /** Takes its state from numbers. */
  load(from: Int32Array, at: number): void;
  /** Gives its state as numbers. */
  save(into: Int32Array, at: number): void;
  /** Whether an item of a length fits. */
  fits(length: number): boolean;
  /** How many records of a batch fit, at most `count`, and where they end. */
  fitting(records: Uint8Array, options: { readonly from: number; readonly count: number }): Fitting;
  /** Adds an item and gives its handle. */
  add(body: Uint8Array, priority: number): Steps<number>;
  /** Makes an added item takeable. */
  admit(handle: number): Steps<void>;
  /** Adds a short item and makes it takeable, in one write; undefined, and nothing done, where it takes more than that. */
  addShort(body: Uint8Array): Steps<void> | undefined;
  /** Reads what may be the first `count` items, in one read; undefined where it takes more than that. */
  readAhead(count: number): Steps<Uint8Array> | undefined;
  /** Takes the first `count` items out of what was read ahead; undefined, and nothing taken, where they are not there. */
  takeRead(chunk: Uint8Array, count: number): Uint8Array | undefined;
  /** Adds records and makes them takeable. */
  addRecords(records: Uint8Array, priority: number): Steps<void>;
  /** The handle of the first takeable item, or 0. */
  first(): Steps<number>;
  /** Takes an item out of the order. */
  claim(handle: number): Steps<void>;
  /** Puts a claimed item back in order. */
  restore(handle: number): Steps<void>;
  /** The record of an item, in bytes of its own. */
  record(handle: number): Steps<Uint8Array>;
  /** Frees the room of an item that is claimed, or that was never admitted. */
  drop(handle: number): Steps<void>;
  /** Takes the first items, of which there are at least `count`, and gives their records: valid until the next call. */
  take(count: number): Steps<Uint8Array>;
}

/** A part of a batch. */
export interface Fitting {
  readonly count: number;
  /** The byte after them. */
  readonly end: number;
}
