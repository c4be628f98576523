/**
 * Depth-first: all interleavings, each once, or those within a bound on preemptions.
 *
 * - The path of the last run is kept: at each point how many actions there were and which was taken. The next run takes
 *   the deepest point that has an action left, and the default from there on.
 * - What is left can be split between several, so that many runs are under way at once: together they take each run once.
 * - With a bound, actions that preempt once too often are left out; `bounded` then says so: where it stays false, all
 *   interleavings have been run.
 * - What is left is a value, a {@linkcode Path}: another may go on from there, and two may share it (`partsOfPath`).
 */

import type { Point, Scheduler } from "../scheduler.ts";

/** Interleavings that are left: those that begin with the picks, and what comes after them down to the floor. */
export interface Path {
  /** The place of the action that the next run takes at each of its first points, and how many there are. */
  readonly taken: readonly number[];
  /** How many actions there are at each. */
  readonly counts: readonly number[];
  /** How many of the first picks stay as they are. */
  readonly floor: number;
}

/** All interleavings. */
export const WHOLE: Path = { taken: [], counts: [], floor: 0 };

/** The two parts of a path, in order, of which the second is the greater; undefined where it is not known where to part it. */
export function partsOfPath({ taken, counts, floor }: Path): readonly [Path, Path] | undefined {
  const at = taken.findIndex((pick, step) => step >= floor && pick + 1 < (counts[step] ?? 0));
  if (at < 0) return undefined;
  const next = [...taken.slice(0, at), (taken[at] ?? 0) + 1];
  return [{ taken, counts, floor: at + 1 }, { taken: next, counts: counts.slice(0, at + 1), floor }];
}

/** How far a search goes. */
export interface DepthFirstOptions {
  /** The greatest number of preemptions in a run; any by default. */
  readonly preemptions?: number;
  /** What is to be run; all by default. */
  readonly from?: Path;
}

/** Depth-first: all interleavings, each once, or those within a bound on preemptions. */
export class DepthFirst implements Scheduler {
  /** It takes all interleavings, whatever they reach. */
  readonly watches = false;
  readonly #bound: number;
  readonly #floor: number;
  // #taken[step] < #counts[step] for the steps of the path, which ends before #length.
  readonly #taken: number[];
  readonly #counts: number[];
  #length: number;
  // Whether the path is that of a run that has begun.
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

  /** Whether the bound left an interleaving out. */
  get bounded(): boolean {
    return this.#bounded;
  }

  /** See {@linkcode Scheduler}. */
  get repeats(): number {
    return Math.max(0, this.#length - 1);
  }

  /**
   * Gives a part of what is left away: all that is left at the first point where something is. What it gives is another one of
   * its kind; undefined where nothing is left.
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
      // Here what was given away is no longer left.
      this.#counts[step] = taken + 1;
      return new DepthFirst({ preemptions: this.#bound, from });
    }
    return undefined;
  }

  /** What is left, after a run; undefined where nothing is. */
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
