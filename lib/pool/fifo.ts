/**
 * First in, first out: what goes at the front moves nothing behind it.
 *
 * - Invariant: the places before #first are empty, so what is gone, which may be large, is held by nothing.
 */

/** How many empty places a line may drag along, where these are not half of it. */
const MOST_GONE = 1024;

/** A line. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #first = 0;

  /** How many there are. */
  get count(): number {
    return this.#items.length - this.#first;
  }

  /** The one that has been there for longest. */
  get first(): T | undefined {
    return this.#items[this.#first];
  }

  /** The one that was added last. */
  get last(): T | undefined {
    return this.count === 0 ? undefined : this.#items.at(-1);
  }

  /** Adds one at the end. */
  add(item: T): void {
    this.#items.push(item);
  }

  /** Puts one before all others. */
  addFirst(item: T): void {
    this.#items.splice(this.#first, 0, item);
  }

  /** Takes the first one away. */
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

  /** Takes all away. */
  takeAll(): readonly T[] {
    const left = this.#items.slice(this.#first) as T[];
    this.#items = [];
    this.#first = 0;
    return left;
  }
}
