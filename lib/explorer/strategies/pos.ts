/**
 * Partial-order sampling: each task's next action has a random priority, and the first that can is performed; the
 * actions that it conflicts with then draw new priorities (Yuan, Yang and Gu, CAV 2018).
 *
 * - A random walk rarely makes one task wait while another does much. Here a low priority lasts until something
 *   conflicts with the task's action, so that luck is spent less on runs that differ only in the order of independent
 *   actions.
 * - An action's conflicts are judged by how it begins: see {@linkcode Point.begins}. A task that becomes able to
 *   continue draws a new priority too. The seed and its number determine a run. A task's choices are random too.
 */

import type { Chooser } from "../../memory/mod.ts";
import { conflict } from "../accesses.ts";
import { type Drawn, drawsOf } from "./draws.ts";
import { type Point, type Scheduler, withSeldomDeaths } from "../scheduler.ts";

/** Large enough to make priorities almost surely distinct. */
const PRIORITIES = 2 ** 30;

/**
 * Partial-order sampling: each task's next action has a random priority, and the first that can is performed; the
 * actions that it conflicts with then draw new priorities (Yuan, Yang and Gu, CAV 2018).
 */
export class Pos implements Scheduler {
  /** It does not need the accesses of actions. */
  readonly watches = false;
  /** See {@linkcode Scheduler}. */
  readonly draws = true;
  readonly #seed: number;
  #run: number;
  #chooser: Chooser;
  // By task; the greatest goes first. Undefined if the task's next action has drawn none.
  #priorities: (number | undefined)[] = [];
  // The accesses with which the last action began.
  #last: readonly number[] = [];

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
      // The alternatives of a task share one priority, and are equally likely.
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
