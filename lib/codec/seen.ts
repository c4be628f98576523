/**
 * The numbers of the objects of a value, in the order of their beginnings: what `back` names.
 *
 * - An object has at most one number, and numbers are given from 0 on without a gap.
 * - The first few are found by looking at each, which takes less time than a hash; most values have no more.
 *
 * @module
 */

const FEW = 8;

/** See the module. */
export class Seen {
  // While #many is empty, the first #count of #few have their places as numbers; else #many has all.
  readonly #few: (object | undefined)[] = new Array(FEW).fill(undefined);
  readonly #many = new Map<object, number>();
  #count = 0;

  /** The number of an object, or -1 where it is seen for the first time: it has one from then on. */
  numberOf(object: object): number {
    const number = this.#find(object);
    if (number < 0) this.#add(object);
    return number;
  }

  /** Whether an object has a number. */
  has(object: object): boolean {
    return this.#find(object) >= 0;
  }

  /** Forgets them all. */
  clear(): void {
    for (let number = Math.min(this.#count, FEW) - 1; number >= 0; number--) this.#few[number] = undefined;
    this.#count = 0;
    if (this.#many.size > 0) this.#many.clear();
  }

  #find(object: object): number {
    if (this.#count > FEW) return this.#many.get(object) ?? -1;
    for (let number = 0; number < this.#count; number++) if (this.#few[number] === object) return number;
    return -1;
  }

  #add(object: object): void {
    if (this.#count < FEW) this.#few[this.#count] = object;
    else {
      if (this.#count === FEW) {
        for (const one of this.#few) if (one !== undefined) this.#many.set(one, this.#many.size);
      }
      this.#many.set(object, this.#count);
    }
    this.#count++;
  }
}
