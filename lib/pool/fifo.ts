/**
 * A first-in-first-out queue; adding at the front moves nothing behind it.
 *
 * - Invariant: the places before #first are empty, so removed items, which may be large, are not kept alive.
 */

/** How many empty places it may keep even if these are more than half of it. */
const MOST_GONE = 1024;

/** A first-in-first-out queue. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #first = 0;

  /** The number of items. */
  get count(): number {
    return this.#items.length - this.#first;
  }

  /** The oldest item. */
  get first(): T | undefined {
    return this.#items[this.#first];
  }

  /** The newest item. */
  get last(): T | undefined {
    return this.count === 0 ? undefined : this.#items.at(-1);
  }

  /** Adds an item at the end. */
  add(item: T): void {
    this.#items.push(item);
  }

  /** Adds an item at the front. */
  addFirst(item: T): void {
    this.#items.splice(this.#first, 0, item);
  }

  /** Removes the first item. */
  shift(): T | undefined {
    if (this.count === 0) return undefined;
    const item = this.first;
    this.#items[this.#first++] = undefined;
    if (this.count === 0 || this.#first > Math.max(MOST_GONE, this.#items.length / 2)) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** Removes all items. */
  takeAll(): readonly T[] {
    const left = this.#items.slice(this.#first) as T[];
    this.#items = [];
    this.#first = 0;
    return left;
  }
}
