/**
 * A random walk: at each point any action, one as likely as the other.
 *
 * - The seed decides all runs.
 */

import { type Chooser, seededChooser } from "../../memory/mod.ts";
import { type Point, type Scheduler, withSeldomDeaths } from "../scheduler.ts";

/** A random walk: at each point any action, one as likely as the other. */
export class RandomWalk implements Scheduler {
  /** It does not look at what actions reach. */
  readonly watches = false;
  /** See {@linkcode Scheduler}. */
  readonly draws = true;
  readonly #chooser: Chooser;

  /** Walks as the seed decides. */
  constructor({ seed }: { readonly seed: number }) {
    this.#chooser = seededChooser(seed);
  }

  /** See {@linkcode Scheduler}: there is always one more run. */
  begin(): boolean {
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
