/**
 * Depth-first: all interleavings, each once, or those within a bound on preemptions.
 *
 * - The path of the last run is kept: at each point how many actions there were and which was taken. The next run takes
 *   the deepest point that has an action left, and the default from there on.
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
