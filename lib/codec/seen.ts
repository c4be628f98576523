/**
 * The numbers of the objects of a value, in the order of their beginnings: what `back` names.
 *
 * - An object has at most one number, and numbers are given from 0 on without a gap.
 * - The first few are found by looking at each, which takes less time than a hash; most values have no more.
 */

const FEW = 8;

export class Seen {
  // Up to FEW objects are in #few, at the places that are their numbers; where there are more, all are in #many.
  readonly #few: (object | undefined)[] = new Array(FEW).fill(undefined);
  readonly #many = new Map<object, number>();
  #count = 0;

  /** The number of an object, or -1 where it is seen for the first time: it has one from then on. */
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
