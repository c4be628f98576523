/**
 * Partial-order sampling: each task's next action has a priority that is drawn by lot, and the first that can is performed;
 * then those that it conflicts with draw anew (Yuan, Yang and Gu, CAV 2018).
 *
 * - A random walk seldom lets one task wait while another does much; here a low priority lasts until something happens that
 *   the task's action conflicts with. So runs that differ only in the order of independent actions take less of the luck.
 * - What an action conflicts with is known from what it begins with: see {@linkcode Point.begins}. Who could not go on, and
 *   can, draws anew, too. The seed and its number decide a run. What a task chooses is drawn as well.
 */

import type { Chooser } from "../../memory/mod.ts";
import { conflict } from "../accesses.ts";
import { type Drawn, drawsOf } from "./draws.ts";
import { type Point, type Scheduler, withSeldomDeaths } from "../scheduler.ts";

/** Priorities are as good as distinct. */
const PRIORITIES = 2 ** 30;

/**
 * Partial-order sampling: each task's next action has a priority that is drawn by lot, and the first that can is
 * performed; then those that it conflicts with draw anew (Yuan, Yang and Gu, CAV 2018).
 */
export class Pos implements Scheduler {
  /** It does not look at what actions reach. */
  readonly watches = false;
  /** See {@linkcode Scheduler}. */
  readonly draws = true;
  readonly #seed: number;
  #run: number;
  #chooser: Chooser;
  // By task: the greater goes first; undefined where its next action has drawn none.
  #priorities: (number | undefined)[] = [];
  // What the last action began with.
  #last: readonly number[] = [];

  /** Draws as the seed decides, from a run on. */
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
    this.#priorities = [];
    this.#last = [];
    return true;
  }

  /** See {@linkcode Scheduler}. */
  pick(point: Point): number {
    const { tasks } = point;
    const actions = withSeldomDeaths(point, this.#chooser);
    if (actions.length === 1 && this.#last.length === 0) return 0;
    const before = this.#priorities;
    this.#priorities = [];
    let first = -1;
    let pick = 0;
    for (const [place, action] of actions.entries()) {
      const task = action % tasks;
      const known = this.#priorities[task];
      // One of several alternatives of the task: each is as likely as the other.
      if (known === undefined) {
        const kept = conflict(this.#last, point.begins(task)) ? undefined : before[task];
        this.#priorities[task] = kept ?? this.#chooser(PRIORITIES);
      }
      const priority = this.#priorities[task] ?? 0;
      if (priority > first) [first, pick] = [priority, place];
    }
    const task = (actions[pick] ?? 0) % tasks;
    this.#last = point.begins(task);
    this.#priorities[task] = undefined;
    const alternatives = [...actions.keys()].filter((place) => (actions[place] ?? 0) % tasks === task);
    return alternatives.length === 1 ? pick : alternatives[this.#chooser(alternatives.length)] ?? pick;
  }

  /** See {@linkcode Scheduler}. */
  end(): void {}
}
