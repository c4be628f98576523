/**
 * Depth-first search: runs all interleavings once, or those within a bound on preemptions.
 *
 * - The path of the last run is kept: the number of actions at each point, and the one taken. The next run takes the
 *   next action at the deepest point that has one left, and the default after that.
 * - The remaining runs can be split among several searches, so that many runs are in progress at once; together they
 *   perform each run once.
 * - With a bound, actions that would exceed it are left out, and `bounded` becomes true. While it is false, no
 *   interleaving has been left out.
 * - The remaining runs are plain data, a {@linkcode Path}: another search can continue from there, and two can share it
 *   (`partsOfPath`).
 */

import type { Point, Scheduler } from "../scheduler.ts";

/**
 * The remaining interleavings: the one that begins with these picks, and those after it that keep the picks before the
 * floor.
 */
export interface Path {
  /** The index of the action that the next run takes at each of its first points. */
  readonly taken: readonly number[];
  /** The number of actions at each of these points. */
  readonly counts: readonly number[];
  /** The number of first picks that do not change. */
  readonly floor: number;
}

/** All interleavings. */
export const WHOLE: Path = { taken: [], counts: [], floor: 0 };

/** The two parts of a path, in order, of which the second is larger; undefined if no place to divide it is known. */
export function partsOfPath({ taken, counts, floor }: Path): readonly [Path, Path] | undefined {
  const at = taken.findIndex((pick, step) => step >= floor && pick + 1 < (counts[step] ?? 0));
  if (at < 0) return undefined;
  const next = [...taken.slice(0, at), (taken[at] ?? 0) + 1];
  return [{ taken, counts, floor: at + 1 }, { taken: next, counts: counts.slice(0, at + 1), floor }];
}

/** Options of a depth-first search. */
export interface DepthFirstOptions {
  /** The maximum number of preemptions in a run; unlimited by default. */
  readonly preemptions?: number;
  /** The runs to perform; all by default. */
  readonly from?: Path;
}

/** Depth-first search: runs all interleavings once, or those within a bound on preemptions. */
export class DepthFirst implements Scheduler {
  /** It runs all interleavings, whatever they access. */
  readonly watches = false;
  readonly #bound: number;
  readonly #floor: number;
  // #taken[step] < #counts[step] for the steps of the path, which ends before #length.
  readonly #taken: number[];
  readonly #counts: number[];
  #length: number;
  // Whether the path belongs to a run that has begun.
  #begun = false;
  #bounded = false;

  /** Prepares the first run. */
  constructor({ preemptions = Infinity, from = WHOLE }: DepthFirstOptions = {}) {
    this.#bound = preemptions;
    this.#floor = from.floor;
    this.#taken = [...from.taken];
    this.#counts = [...from.counts];
    this.#length = from.taken.length;
  }

  /** Whether the bound has excluded an interleaving. */
  get bounded(): boolean {
    return this.#bounded;
  }

  /** See {@linkcode Scheduler}. */
  get repeats(): number {
    return Math.max(0, this.#length - 1);
  }

  /**
   * Gives away part of the remaining runs: all those at the first point that has actions left. Returns a search that
   * performs them; undefined if no runs are left.
   */
  split(): DepthFirst | undefined {
    for (let step = this.#floor; step < this.#length; step++) {
      const taken = this.#taken[step] ?? 0;
      const count = this.#counts[step] ?? 0;
      if (taken + 1 >= count) continue;
      const from = {
        taken: [...this.#taken.slice(0, step), taken + 1],
        counts: this.#counts.slice(0, step + 1),
        floor: step,
      };
      // This search no longer has the runs that were given away.
      this.#counts[step] = taken + 1;
      return new DepthFirst({ preemptions: this.#bound, from });
    }
    return undefined;
  }

  /** The remaining runs, after a run; undefined if there are none. */
  rest(): Path | undefined {
    if (!this.begin()) return undefined;
    this.#begun = false;
    const [taken, counts] = [this.#taken, this.#counts].map((list) => list.slice(0, this.#length));
    return { taken: taken ?? [], counts: counts ?? [], floor: this.#floor };
  }

  /** See {@linkcode Scheduler}. */
  begin(): boolean {
    if (!this.#begun) {
      this.#begun = true;
      return true;
    }
    let step = this.#length - 1;
    while (step >= this.#floor && (this.#taken[step] ?? 0) + 1 >= (this.#counts[step] ?? 0)) step--;
    this.#length = step + 1;
    if (step < this.#floor) return false;
    this.#taken[step] = (this.#taken[step] ?? 0) + 1;
    return true;
  }

  /** See {@linkcode Scheduler}. */
  pick({ actions, step, preempts, preemptions }: Point): number {
    if (step < this.#length) return this.#taken[step] ?? 0;
    let count = actions.length;
    if (preempts && count > 1 && preemptions >= this.#bound) {
      this.#bounded = true;
      count = 1;
    }
    this.#taken[step] = 0;
    this.#counts[step] = count;
    this.#length = step + 1;
    return 0;
  }

  /** See {@linkcode Scheduler}. */
  end(): void {}
}
