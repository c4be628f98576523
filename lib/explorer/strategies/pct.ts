/**
 * Probabilistic concurrency testing: tasks have random priorities, and the first that can continues; at some random
 * steps, that task drops behind all others (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010).
 *
 * - A bug that appears if d events are in a certain order shows in at least one run of n k^(d-1), for n tasks and k
 *   steps: a run needs luck at d - 1 steps, and not at each step like a random walk.
 * - A task draws its priority when it can first continue, so the number of tasks need not be known. Invariant:
 *   priorities are almost surely distinct, and a task that dropped is below all that did not.
 * - k is the typical length of runs, the mean of the last ones, so that a few long runs do not make drops rare in all
 *   others. In every fourth run it is the length of the longest, for which the bound holds.
 * - Every 256 runs these lengths are learned anew. So a run is determined by the seed, its number and the earlier runs
 *   of its 256, and another scheduler can continue at each multiple. Schedulers with given lengths learn together, and
 *   forget nothing.
 * - Fairness: after 2 k steps a run continues at random, so that a task that waits for another in its own loop does not
 *   block it forever.
 * - A task's choices are random too.
 */

import type { Chooser } from "../../memory/mod.ts";
import { type Point, type RunEnd, type Scheduler, withSeldomDeaths } from "../scheduler.ts";
import { drawsOf } from "./draws.ts";

/** Options of probabilistic concurrency testing. */
export interface PctOptions {
  /** The seed of all runs. */
  readonly seed: number;
  /** The depth of the bugs to look for: one more than the number of drops in a run; 3 by default. */
  readonly depth?: number;
  /** Where to continue; the first run by default. */
  readonly from?: PctRun;
  /** The lengths of runs, shared by several schedulers; its own by default. */
  readonly lengths?: Lengths | undefined;
}

/** Where runs continue, as plain data. */
export interface PctRun {
  /** The number of the next run. */
  readonly run: number;
  /** The typical length in steps since lengths were last learned anew; 0 if that is now. */
  readonly typical: number;
  /** The longest length since then. */
  readonly longest: number;
  /** The longest length of all runs. */
  readonly most: number;
  /** The number of tasks; 0 if unknown. */
  readonly tasks: number;
}

/** The first run. */
export const FIRST_RUN: PctRun = { run: 0, typical: 0, longest: 0, most: 0, tasks: 0 };

/** The lengths of completed runs, in steps. */
export class Lengths {
  /** The approximate mean of the last runs; 0 if none is known. */
  typical: number;
  /** The longest since lengths were last forgotten. */
  longest: number;
  /** The longest length of all runs. */
  most: number;

  /** Continues from known lengths. */
  constructor({ typical, longest, most }: Pick<PctRun, "typical" | "longest" | "most">) {
    this.typical = typical;
    this.longest = longest;
    this.most = most;
  }

  /** Learns the length of a run. */
  learn(step: number): void {
    this.longest = Math.max(this.longest, step);
    this.most = Math.max(this.most, step);
    this.typical += this.typical === 0 ? step : (step - this.typical) / MEMORY;
  }

  /** Forgets all lengths except the longest of all runs. */
  forget(): void {
    this.typical = this.longest = 0;
  }
}

/** The number of runs after which lengths are learned anew. */
export const PCT_SHARE = 256;

/**
 * One in this many runs uses the longest length; and a run continues at random after this many times its expected
 * length.
 */
const BOUND_EVERY = 4;
const UNFAIR = 2;
/** The approximate number of runs over which the typical length is the mean. */
const MEMORY = 8;
const PRIORITIES = 2 ** 30;

/**
 * Probabilistic concurrency testing: tasks have random priorities, and the first that can continues; at some random
 * steps, that task drops behind all others (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010).
 */
export class Pct implements Scheduler {
  /** It does not need the accesses of actions. */
  readonly watches = false;
  readonly #seed: number;
  readonly #depth: number;
  #chooser: Chooser;
  // By task; the greatest goes first. Undefined if the task has drawn none.
  readonly #priorities: (number | undefined)[] = [];
  /** The steps at which the continuing task drops behind. */
  readonly #falls = new Set<number>();
  readonly #lengths: Lengths;
  readonly #forgets: boolean;
  // The value of k in the present run.
  #steps = 0;
  #lowest = 0;
  // The number of all runs, including those before the first one here.
  #runs: number;
  #tasks: number;

  /**
   * Prepares runs that the seed determines.
   *
   * @throws {RangeError} if the depth is not a whole number of at least 1.
   */
  constructor({ seed, depth = 3, from = FIRST_RUN, lengths }: PctOptions) {
    if (!(Number.isSafeInteger(depth) && depth >= 1)) {
      throw new RangeError(`Cannot look for bugs of depth ${depth}: a whole number of at least 1 is wanted`);
    }
    this.#seed = seed;
    this.#depth = depth;
    this.#runs = from.run;
    this.#lengths = lengths ?? new Lengths(from);
    this.#forgets = lengths === undefined;
    this.#tasks = from.tasks;
    this.#chooser = drawsOf(seed, from.run);
  }

  /** The greatest chance that all runs so far missed a bug of the given depth; undefined before the first run. */
  get missed(): { readonly depth: number; readonly chance: number } | undefined {
    if (this.#runs === 0) return undefined;
    const depth = this.#depth;
    const luck = 1 / (Math.max(1, this.#tasks) * Math.max(1, this.#lengths.most) ** (depth - 1));
    return { depth, chance: (1 - luck) ** Math.floor(this.#runs / BOUND_EVERY) };
  }

  /** Where the next run continues. */
  rest(): PctRun {
    const { typical, longest, most } = this.#lengths;
    const known = this.#runs % PCT_SHARE === 0 ? FIRST_RUN : { typical, longest };
    return { ...FIRST_RUN, ...known, run: this.#runs, most, tasks: this.#tasks };
  }

  /** See {@linkcode Scheduler}: there is always one more run. */
  begin(): boolean {
    this.#chooser = drawsOf(this.#seed, this.#runs);
    if (this.#forgets && this.#runs % PCT_SHARE === 0) this.#lengths.forget();
    this.#priorities.length = 0;
    this.#falls.clear();
    this.#lowest = 0;
    const { typical, longest } = this.#lengths;
    this.#steps = this.#runs % BOUND_EVERY === BOUND_EVERY - 1 ? longest : Math.round(typical);
    const most = Math.min(this.#depth - 1, this.#steps);
    while (this.#falls.size < most) this.#falls.add(this.#chooser(this.#steps));
    return true;
  }

  /** See {@linkcode Scheduler}. */
  pick(point: Point): number {
    const { tasks, step } = point;
    const actions = withSeldomDeaths(point, this.#chooser);
    if (this.#steps > 0 && step > UNFAIR * this.#steps) return this.#chooser(actions.length);
    this.#tasks = tasks;
    let pick = this.#first(actions, tasks);
    const task = (actions[pick] ?? 0) % tasks;
    if (this.#falls.has(step)) {
      this.#priorities[task] = --this.#lowest;
      pick = this.#first(actions, tasks);
    }
    return this.#choose(actions, tasks, pick);
  }

  /** See {@linkcode Scheduler}. */
  end({ step }: RunEnd): void {
    this.#runs++;
    this.#lengths.learn(step);
  }

  #first(actions: readonly number[], tasks: number): number {
    let first = 0;
    let greatest = -Infinity;
    for (const [pick, action] of actions.entries()) {
      const priority = this.#priorities[action % tasks] ??= this.#chooser(PRIORITIES);
      if (priority > greatest) [first, greatest] = [pick, priority];
    }
    return first;
  }

  /** Chooses one of the alternatives of the picked task. */
  #choose(actions: readonly number[], tasks: number, pick: number): number {
    const task = (actions[pick] ?? 0) % tasks;
    const picks: number[] = [];
    for (const [other, action] of actions.entries()) if (action % tasks === task) picks.push(other);
    return picks.length === 1 ? pick : picks[this.#chooser(picks.length)] ?? pick;
  }
}
