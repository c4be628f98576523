/**
 * A random walk: at each point any action, one as likely as the other.
 *
 * - The seed and its number decide a run, whatever came before: so another may go on anywhere.
 */

import type { Chooser } from "../../memory/mod.ts";
import { type Drawn, drawsOf } from "./draws.ts";
import { type Point, type Scheduler, withSeldomDeaths } from "../scheduler.ts";

/** A random walk: at each point any action, one as likely as the other. */
export class RandomWalk implements Scheduler {
  /** It does not look at what actions reach. */
  readonly watches = false;
  /** See {@linkcode Scheduler}. */
  readonly draws = true;
  readonly #seed: number;
  #run: number;
  #chooser: Chooser;

  /** Walks as the seed decides, from a run on. */
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
