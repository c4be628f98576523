/**
 * The numbers of a stock, as one record of bytes: read and written inside its monitor with one operation each.
 */

import type { ItemStore } from "./item_store.ts";

const OWN_NUMBERS = 7;
const MOST_STORE_NUMBERS = 5;
const NUMBERS = OWN_NUMBERS + MOST_STORE_NUMBERS;

/** How a stock is closed that dropped what was in it. */
const DROPPED = 2;

export class StockState {
  static readonly BYTES: number = NUMBERS * Int32Array.BYTES_PER_ELEMENT;
  /** The record, in the byte order of the machine: all sides of a memory are on one. */
  readonly bytes: Uint8Array;
  /** Items, accepted or staged. */
  total = 0;
  /** Items of those who wait to put them. */
  staged = 0;
  /** How many wait to take. */
  takers = 0;
  /** How many wait to look. */
  fetchers = 0;
  /** How many wait to put an item for which there is no room. */
  starved = 0;
  /** Accepted items that nobody has said to be done with. */
  unfinished = 0;
  closed = false;
  /** Whether what was in it when it closed is dropped, and so is what comes back. */
  dropped = false;
  readonly #numbers = new Int32Array(NUMBERS);
  readonly #items: ItemStore | undefined;

  /** The numbers of a stock, and of the store of its items; without a store, to look at only. */
  constructor(items?: ItemStore) {
    this.#items = items;
    this.bytes = new Uint8Array(this.#numbers.buffer);
  }

  /** How many items are accepted. */
  get size(): number {
    return this.total - this.staged;
  }

  /** Takes the numbers from the bytes. */
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

  /** Gives the bytes of the numbers. */
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
