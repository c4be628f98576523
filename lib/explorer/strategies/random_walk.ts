/**
 * A random walk: at each point, all actions are equally likely.
 *
 * - The seed and its number determine a run, whatever came before; so another scheduler can continue at any run.
 */

import type { Chooser } from "../../memory/mod.ts";
import { type Drawn, drawsOf } from "./draws.ts";
import { type Point, type Scheduler, withSeldomDeaths } from "../scheduler.ts";

/** A random walk: at each point, all actions are equally likely. */
export class RandomWalk implements Scheduler {
  /** It does not need the accesses of actions. */
  readonly watches = false;
  /** See {@linkcode Scheduler}. */
  readonly draws = true;
  readonly #seed: number;
  #run: number;
  #chooser: Chooser;

  /** Prepares runs that the seed determines, starting at a given number. */
  constructor({ seed, run = 0 }: Drawn) {
    this.#seed = seed;
    this.#run = run;
    this.#chooser = drawsOf(seed, run);
  }

  /** The number of the next run. */
  rest(): number {
    return this.#run;
  }

  /** See {@linkcode Scheduler}: there is always one more run. */
  begin(): boolean {
    this.#chooser = drawsOf(this.#seed, this.#run++);
    return true;
  }

  /** See {@linkcode Scheduler}. */
  pick(point: Point): number {
    const actions = withSeldomDeaths(point, this.#chooser);
    return actions.length === 1 ? 0 : this.#chooser(actions.length);
  }

  /** See {@linkcode Scheduler}. */
  end(): void {}
}
