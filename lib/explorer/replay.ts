/**
 * Replay: one run, the default but for given departures.
 *
 * - Where the run does not come to a departure's step, or its task cannot go on there, the program is another one than the
 *   schedule was found for: `fault` says so.
 *
 * @example
 * ```ts
 * import { Replay } from "./replay.ts";
 *
 * const scheduler = new Replay([{ step: 1, task: 1, choice: 0 }], { names: ["a", "b"] });
 * const rest = { tasks: 2, preempts: true, preemptions: 0, last: 0, accesses: [], woken: [] };
 * scheduler.begin();
 * const picks = [0, 1].map((step) => scheduler.pick({ actions: [0, 1], step, ...rest }));
 * if (picks.join() !== "0,1" || scheduler.fault !== undefined) throw new Error("task b at step 1 is wanted");
 * ```
 *
 * @module
 */

import type { Departure } from "./schedule.ts";
import { CUT, type Point, type RunEnd, type Scheduler } from "./scheduler.ts";

/** See the module. */
export class Replay implements Scheduler {
  /** It does not look at what actions reach. */
  readonly watches = false;
  readonly #departures: ReadonlyMap<number, Departure>;
  readonly #names: readonly string[];
  #begun = false;
  #done = 0;
  #fault: string | undefined;

  /** Replays departures; the names are those of the tasks. */
  constructor(departures: readonly Departure[], { names }: { readonly names: readonly string[] }) {
    this.#departures = new Map(departures.map((departure) => [departure.step, departure]));
    this.#names = names;
  }

  /** Why the run is another one than the schedule's; undefined if it is not. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** See {@linkcode Scheduler}. */
  begin(): boolean {
    const first = !this.#begun;
    this.#begun = true;
    return first;
  }

  /** See {@linkcode Scheduler}. */
  pick({ actions, step, tasks }: Point): number {
    const departure = this.#departures.get(step);
    if (departure === undefined) return 0;
    const pick = actions.indexOf(departure.task + tasks * departure.choice);
    if (pick >= 0 && departure.task < tasks) {
      this.#done++;
      return pick;
    }
    this.#fault = `at step ${step} ${this.#names[departure.task] ?? "a task that it does not have"} cannot go on`;
    return CUT;
  }

  /** See {@linkcode Scheduler}. */
  end({ step }: RunEnd): void {
    if (this.#fault === undefined && this.#done < this.#departures.size) {
      this.#fault = `the run ends after ${step} steps`;
    }
  }
}
