/**
 * What a limit lets pass, by counting: of each `every` records of a kind the first `records`, and how many it did not.
 *
 * - Invariant: records that passed + records that were told as dropped + those still to tell = records that came.
 *
 * @example
 * ```ts
 * import { Limiter } from "./limiter.ts";
 *
 * const limiter = new Limiter();
 * const limit = { records: 1, every: 3 };
 * const told = ["a", "a", "a", "a"].map((kind) => limiter.admit(kind, limit));
 * if (told.map(({ passes }) => passes).join() !== "true,false,false,true") throw new Error("one of every three");
 * if (told[3]?.dropped !== 2) throw new Error("the first of the next three tells how many were dropped");
 * ```
 *
 * @module
 */

import type { LogLimit } from "./settings.ts";

/** What becomes of one record. */
export interface Admission {
  /** Whether it passes. */
  readonly passes: boolean;
  /** How many of its kind were dropped since that was last told. */
  readonly dropped: number;
}

/** The counts of one lane. */
export class Limiter {
  readonly #kinds = new Map<string, { came: number; dropped: number }>();

  /** Counts a record of that kind. */
  admit(kind: string, { records, every = Infinity }: LogLimit): Admission {
    const counts = this.#kinds.get(kind) ?? { came: 0, dropped: 0 };
    this.#kinds.set(kind, counts);
    const isFirst = counts.came === every;
    if (isFirst) counts.came = 0;
    const passes = counts.came++ < records;
    const dropped = isFirst ? counts.dropped : 0;
    if (isFirst) counts.dropped = 0;
    if (!passes) counts.dropped++;
    return { passes, dropped };
  }

  /** The kinds whose dropped records nobody was told of yet, and how many; from then on they are told. */
  takeDropped(): readonly (readonly [kind: string, dropped: number])[] {
    const untold: (readonly [string, number])[] = [];
    for (const [kind, counts] of this.#kinds) {
      if (counts.dropped > 0) untold.push([kind, counts.dropped]);
      counts.dropped = 0;
    }
    return untold;
  }
}
