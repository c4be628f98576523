/**
 * Iterative preemption bounding: depth-first without preemptions, then with one, and so on (Musuvathi and Qadeer, PLDI 2007).
 *
 * - Most bugs need few preemptions, and there are few runs with few preemptions.
 * - Each bound repeats the runs of the earlier bounds; `counts` leaves those out.
 * - The remaining runs are plain data: the bound and a path within it.
 */

import { DepthFirst, type Path, WHOLE } from "./depth_first.ts";
import type { Point, RunEnd, Scheduler } from "../scheduler.ts";

/** The remaining runs of a bound. */
export interface BoundedPath extends Path {
  /** The maximum number of preemptions. */
  readonly bound: number;
  /** Whether the bound has excluded a run so far. */
  readonly isBounded: boolean;
}

/** Options of iterative preemption bounding. */
export interface BoundedOptions {
  /** The runs to perform; all by default. */
  readonly from?: BoundedPath;
  /** Whether it ends when the present bound is done; false by default. */
  readonly stays?: boolean;
}

/**
 * Iterative preemption bounding: depth-first without preemptions, then with one, and so on (Musuvathi and Qadeer,
 * PLDI 2007).
 */
export class Bounded implements Scheduler {
  /** It runs all interleavings, whatever they access. */
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

  /** All runs with at most this many preemptions have been performed; undefined if there is no such number yet. */
  get covered(): number | undefined {
    return this.#bound === 0 ? undefined : this.#bound - 1;
  }

  /** Whether the present bound has excluded an interleaving. */
  get isBounded(): boolean {
    return this.#wasBounded || this.#within.bounded;
  }

  /** See {@linkcode Scheduler}. */
  get repeats(): number {
    return this.#within.repeats;
  }

  /** The remaining runs, after a run; undefined if there are none. */
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

  /** Moves on to the next bound; returns false if there is nothing more. */
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
