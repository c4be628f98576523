/**
 * Iterative preemption bounding: depth-first without preemptions, then with one, and so on (Musuvathi and Qadeer, PLDI 2007).
 *
 * - Most bugs need few preemptions, and runs with few are few.
 * - Each bound runs once more what the ones before have run: `counts` leaves those runs out.
 */

import { DepthFirst } from "./depth_first.ts";
import type { Point, RunEnd, Scheduler } from "../scheduler.ts";

/**
 * Iterative preemption bounding: depth-first without preemptions, then with one, and so on (Musuvathi and Qadeer,
 * PLDI 2007).
 */
export class Bounded implements Scheduler {
  /** It takes all interleavings, whatever they reach. */
  readonly watches = false;
  #bound = 0;
  #within = new DepthFirst({ preemptions: 0 });

  /** All runs with at most so many preemptions have been performed; undefined where that is none. */
  get covered(): number | undefined {
    return this.#bound === 0 ? undefined : this.#bound - 1;
  }

  /** See {@linkcode Scheduler}. */
  get repeats(): number {
    return this.#within.repeats;
  }

  /** See {@linkcode Scheduler}. */
  begin(): boolean {
    if (this.#within.begin()) return true;
    this.#bound++;
    if (!this.#within.bounded) return false;
    this.#within = new DepthFirst({ preemptions: this.#bound });
    return this.#within.begin();
  }

  /** See {@linkcode Scheduler}. */
  pick(point: Point): number {
    return this.#within.pick(point);
  }

  /** See {@linkcode Scheduler}. */
  end(): void {}

  /** See {@linkcode Scheduler}. */
  counts({ preemptions }: RunEnd): boolean {
    return preemptions === this.#bound;
  }
}
