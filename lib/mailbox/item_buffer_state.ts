/**
 * The numbers of a buffer, as one record of bytes, which one operation reads and one writes inside its monitor.
 */

import type { ItemStore } from "./item_store.ts";

const OWN_NUMBERS = 7;
const MOST_STORE_NUMBERS = 5;
const NUMBERS = OWN_NUMBERS + MOST_STORE_NUMBERS;

/** The code for a buffer that dropped its items when it closed. */
const DROPPED = 2;

/** The numbers of a buffer, as one record of bytes. */
export class ItemBufferState {
  static readonly BYTES: number = NUMBERS * Int32Array.BYTES_PER_ELEMENT;
  /** The record, in the machine's byte order: all sides of a memory are on one machine. */
  readonly bytes: Uint8Array;
  /** How many items are accepted or staged. */
  total = 0;
  /** How many items are staged by tasks that wait to put them. */
  staged = 0;
  /** How many tasks are waiting to take. */
  takers = 0;
  /** How many tasks are waiting to fetch. */
  fetchers = 0;
  /** How many tasks are waiting for room for an item. */
  starved = 0;
  /** How many accepted items have not been marked done. */
  unfinished = 0;
  closed = false;
  /** Whether closing dropped its items; items that come back are then dropped too. */
  dropped = false;
  readonly #numbers = new Int32Array(NUMBERS);
  readonly #items: ItemStore | undefined;

  /** The numbers of a buffer and of its item store; read-only without a store. */
  constructor(items?: ItemStore) {
    this.#items = items;
    this.bytes = new Uint8Array(this.#numbers.buffer);
  }

  /** How many items are accepted. */
  get size(): number {
    return this.total - this.staged;
  }

  /** Loads the numbers from the bytes. */
  parse(): void {
    const numbers = this.#numbers;
    this.total = numbers[0] ?? 0;
    this.staged = numbers[1] ?? 0;
    this.takers = numbers[2] ?? 0;
    this.fetchers = numbers[3] ?? 0;
    this.starved = numbers[4] ?? 0;
    this.unfinished = numbers[5] ?? 0;
    this.closed = numbers[6] !== 0;
    this.dropped = numbers[6] === DROPPED;
    this.#items?.load(numbers, OWN_NUMBERS);
  }

  /** Stores the numbers as bytes. */
  format(): Uint8Array {
    const numbers = this.#numbers;
    numbers[0] = this.total;
    numbers[1] = this.staged;
    numbers[2] = this.takers;
    numbers[3] = this.fetchers;
    numbers[4] = this.starved;
    numbers[5] = this.unfinished;
    numbers[6] = this.dropped ? DROPPED : Number(this.closed);
    this.#items?.save(numbers, OWN_NUMBERS);
    return this.bytes;
  }
}
