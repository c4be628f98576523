/**
 * Replays one run: the default schedule with the given departures.
 *
 * - `inTurns`: after the departures the tasks take turns, one action each, and their choices take turns too. This
 *   schedule is fair, so it shows whether a run that does not end could end.
 * - `lenient`: impossible departures are skipped.
 * - If the run does not reach a departure's step, or its task cannot continue there, the schedule belongs to another
 *   program; `fault` says so.
 */

import type { Departure, Turn, Turns } from "./schedule.ts";
import { CUT, isDeath, type Point, type RunEnd, type Scheduler } from "./scheduler.ts";

/** A number of choices after which the alternatives of any small choice have come around again. */
const COMMON_ROUND = 60;

/** Options of a replay. */
export interface ReplayOptions {
  /** The names of the tasks. */
  readonly names: readonly string[];
  /** Whether tasks take turns after the last departure; false by default. */
  readonly inTurns?: Turns | undefined;
  /** Whether impossible departures are skipped; false by default, which makes them a fault. */
  readonly lenient?: boolean | undefined;
  /** Called at each point at which the run departs from the default. */
  readonly departs?: ((point: Point) => void) | undefined;
}

/** Replays one run: the default schedule with the given departures. */
export class Replay implements Scheduler {
  /** It does not need the accesses of actions. */
  readonly watches = false;
  readonly #departures: ReadonlyMap<number, Departure>;
  readonly #names: readonly string[];
  readonly #lenient: boolean;
  readonly #departs: ReplayOptions["departs"];
  // The first step at which tasks take turns; Infinity if they do not.
  readonly #turnsFrom: number;
  #begun = false;
  #done = 0;
  // Repeated, from `#next` on; empty if tasks simply follow one another.
  readonly #order: readonly Turn[];
  #next = 0;
  #choices = 0;
  #preemptions = 0;
  #fault: string | undefined;

  /** Prepares the replay of a run with these departures. */
  constructor(departures: readonly Departure[], { names, inTurns = false, lenient = false, departs }: ReplayOptions) {
    this.#departures = new Map(departures.map((departure) => [departure.step, departure]));
    this.#names = names;
    this.#lenient = lenient;
    this.#departs = departs;
    this.#order = typeof inTurns === "boolean" ? [] : inTurns;
    this.#turnsFrom = inTurns ? (departures.at(-1)?.step ?? -1) + 1 : Infinity;
  }

  /** The first step at which tasks take turns; `Infinity` if they do not. */
  get turnsFrom(): number {
    return this.#turnsFrom;
  }

  /** The position in the present round of turns. */
  get place(): number {
    return this.#order.length > 0 ? this.#next : this.#choices % COMMON_ROUND;
  }

  /** The number of preemptions before the tasks take turns. */
  get preemptions(): number {
    return this.#preemptions;
  }

  /** Why the run does not follow the schedule; undefined if it does. */
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
  pick(point: Point): number {
    const { actions, step, tasks, preemptions } = point;
    if (step <= this.#turnsFrom) this.#preemptions = preemptions;
    if (step >= this.#turnsFrom) return this.#turn(point);
    const departure = this.#departures.get(step);
    if (departure === undefined) return 0;
    const pick = actions.indexOf(departure.task + tasks * departure.choice);
    if (pick >= 0 && departure.task < tasks) {
      this.#done++;
      this.#departs?.(point);
      return pick;
    }
    if (this.#lenient) return 0;
    this.#fault = `at step ${step} ${this.#names[departure.task] ?? "a task that it does not have"} cannot go on`;
    return CUT;
  }

  /** See {@linkcode Scheduler}. */
  end({ step }: RunEnd): void {
    if (this.#fault === undefined && !this.#lenient && this.#done < this.#departures.size) {
      this.#fault = `the run ends after ${step} steps`;
    }
  }

  /** The action of the next task, in the order of the turns, that can continue. */
  #turn({ actions: all, last, tasks }: Point): number {
    for (let skipped = 0; skipped < this.#order.length; skipped++) {
      const { task, choice } = this.#order[this.#next] ?? { task: 0, choice: 0 };
      this.#next = (this.#next + 1) % this.#order.length;
      const pick = all.indexOf(task + choice * tasks);
      if (pick >= 0) return pick;
    }
    const actions = all.filter((action) => !isDeath(action, tasks));
    const current = last < 0 ? tasks - 1 : last % tasks;
    const wait = (action: number) => (action - current - 1 + 2 * tasks) % tasks;
    let [next = 0] = actions;
    for (const action of actions) if (wait(action) < wait(next)) next = action;
    const alternatives = actions.filter((action) => action % tasks === next % tasks);
    if (alternatives.length === 1) return actions.indexOf(next);
    return actions.indexOf(alternatives[this.#choices++ % alternatives.length] ?? next);
  }
}
