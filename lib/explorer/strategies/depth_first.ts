/**
 * Depth-first: all interleavings, each once, or those within a bound on preemptions.
 *
 * - The path of the last run is kept: at each point how many actions there were and which was taken. The next run takes
 *   the deepest point that has an action left, and the default from there on.
 * - What is left can be split between several, so that many runs are under way at once: together they take each run once.
 * - With a bound, actions that preempt once too often are left out; `bounded` then says so: where it stays false, all
 *   interleavings have been run.
 */

import type { Point, Scheduler } from "../scheduler.ts";

/** Depth-first: all interleavings, each once, or those within a bound on preemptions. */
export class DepthFirst implements Scheduler {
  /** It takes all interleavings, whatever they reach. */
  readonly watches = false;
  readonly #bound: number;
  // #taken[step] < #counts[step] for the steps of the path, which ends before #length.
  readonly #taken: number[] = [];
  readonly #counts: number[] = [];
  #length = 0;
  #begun = false;
  #bounded = false;

  /** `preemptions` is the greatest number of them in a run; any by default. */
  constructor({ preemptions = Infinity }: { readonly preemptions?: number } = {}) {
    this.#bound = preemptions;
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
    for (let step = 0; step < this.#length; step++) {
      const taken = this.#taken[step] ?? 0;
      const count = this.#counts[step] ?? 0;
      if (taken + 1 >= count) continue;
      const part = new DepthFirst({ preemptions: this.#bound });
      part.#taken.push(...this.#taken.slice(0, step), taken + 1);
      // What comes before is fixed there, and here what was given away.
      part.#counts.push(...part.#taken.slice(0, step).map((taken) => taken + 1), count);
      part.#length = step + 1;
      this.#counts[step] = taken + 1;
      return part;
    }
    return undefined;
  }

  /** See {@linkcode Scheduler}. */
  begin(): boolean {
    if (!this.#begun) {
      this.#begun = true;
      return true;
    }
    let step = this.#length - 1;
    while (step >= 0 && (this.#taken[step] ?? 0) + 1 >= (this.#counts[step] ?? 0)) step--;
    this.#length = step + 1;
    if (step < 0) return false;
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
