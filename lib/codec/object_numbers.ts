/**
 * The numbers of the objects in a value, in the order in which they begin; `back` refers to them.
 *
 * - An object has at most one number, and numbers are assigned from 0 without gaps.
 * - The first few are found by a linear search, which is faster than hashing; most values have no more.
 */

const FEW = 8;

/** Numbers the objects in a value. */
export class ObjectNumbers {
  // Up to FEW objects are in #few, each at the index that is its number; if there are more, all are in #many.
  readonly #few: (object | undefined)[] = new Array(FEW).fill(undefined);
  readonly #many = new Map<object, number>();
  #count = 0;

  /** The number of an object, or -1 if it is new; a number is then assigned to it. */
  numberOf(object: object): number {
    if (this.#count > FEW) {
      const number = this.#many.get(object);
      if (number !== undefined) return number;
      this.#many.set(object, this.#count++);
      return -1;
    }
    const number = this.#fewOf(object);
    if (number >= 0) return number;
    if (this.#count === FEW) {
      for (const [number, one] of this.#few.entries()) if (one !== undefined) this.#many.set(one, number);
      this.#many.set(object, FEW);
    } else this.#few[this.#count] = object;
    this.#count++;
    return -1;
  }

  /** Whether an object has a number. */
  has(object: object): boolean {
    return this.#count > FEW ? this.#many.has(object) : this.#fewOf(object) >= 0;
  }

  /** Forgets them all. */
  clear(): void {
    for (let number = Math.min(this.#count, FEW) - 1; number >= 0; number--) this.#few[number] = undefined;
    this.#count = 0;
    if (this.#many.size > 0) this.#many.clear();
  }

  #fewOf(object: object): number {
    for (let number = 0; number < this.#count; number++) if (this.#few[number] === object) return number;
    return -1;
  }
}
