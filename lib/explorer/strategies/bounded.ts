/**
 * Iterative preemption bounding: depth-first without preemptions, then with one, and so on (Musuvathi and Qadeer, PLDI 2007).
 *
 * - Most bugs need few preemptions, and runs with few are few.
 * - Each bound runs once more what the ones before have run: `counts` leaves those runs out.
 * - What is left is a value, the bound and a path within it.
 */

import { DepthFirst, type Path, WHOLE } from "./depth_first.ts";
import type { Point, RunEnd, Scheduler } from "../scheduler.ts";

/** What is left of a bound. */
export interface BoundedPath extends Path {
  /** The greatest number of preemptions. */
  readonly bound: number;
  /** Whether the bound has left something out so far. */
  readonly isBounded: boolean;
}

/** Where a search begins, and whether it stays within that bound. */
export interface BoundedOptions {
  /** What is to be run; all by default. */
  readonly from?: BoundedPath;
  /** Whether it ends where the bound does; false by default. */
  readonly stays?: boolean;
}

/**
 * Iterative preemption bounding: depth-first without preemptions, then with one, and so on (Musuvathi and Qadeer,
 * PLDI 2007).
 */
export class Bounded implements Scheduler {
  /** It takes all interleavings, whatever they reach. */
  readonly watches = false;
  readonly #stays: boolean;
  #bound: number;
  #wasBounded: boolean;
  #within: DepthFirst;
  #isDone = false;

  /** Prepares the first run. */
  constructor({ from = { ...WHOLE, bound: 0, isBounded: false }, stays = false }: BoundedOptions = {}) {
    this.#stays = stays;
    this.#bound = from.bound;
    this.#wasBounded = from.isBounded;
    this.#within = new DepthFirst({ preemptions: from.bound, from });
  }

  /** All runs with at most so many preemptions have been performed; undefined where that is none. */
  get covered(): number | undefined {
    return this.#bound === 0 ? undefined : this.#bound - 1;
  }

  /** Whether the present bound has left an interleaving out. */
  get isBounded(): boolean {
    return this.#wasBounded || this.#within.bounded;
  }

  /** See {@linkcode Scheduler}. */
  get repeats(): number {
    return this.#within.repeats;
  }

  /** What is left, after a run; undefined where nothing is. */
  rest(): BoundedPath | undefined {
    const path = this.#within.rest() ?? (this.#next() ? this.#within.rest() : undefined);
    return path && { ...path, bound: this.#bound, isBounded: this.isBounded };
  }

  /** See {@linkcode Scheduler}. */
  begin(): boolean {
    return this.#within.begin() || (this.#next() && this.#within.begin());
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

  /** Goes on to the next bound, where there is more. */
  #next(): boolean {
    if (this.#stays || this.#isDone) return false;
    const { isBounded } = this;
    this.#bound++;
    this.#isDone = !isBounded;
    if (!isBounded) return false;
    this.#wasBounded = false;
    this.#within = new DepthFirst({ preemptions: this.#bound });
    return true;
  }
}
