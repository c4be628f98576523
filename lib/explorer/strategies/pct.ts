/**
 * Probabilistic concurrency testing: tasks have priorities, drawn by lot, and the first that can goes on; at some steps, drawn
 * by lot too, it falls behind all others (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010).
 *
 * - A bug that comes up where d events are in a certain order shows in one run of n k^(d-1) at least, for n tasks and k steps:
 *   a run needs luck for d - 1 steps, not for each step as a random walk does.
 * - A task draws its priority when it first can go on, so nobody needs to know how many tasks there will be. Invariant:
 *   priorities are as good as distinct, and one that fell is below all that did not.
 * - k is the typical length of runs, the mean of the last ones, so that a few long runs do not make the steps at which a task
 *   falls behind rare in all others. In every fourth run it is the length of the longest, for which the bound holds.
 * - Every 256 runs these lengths are learned anew: so the seed, its number and the runs of its 256 before it decide a run, and
 *   another may go on at each of them. Schedulers that are given lengths learn together, and forget nothing.
 * - Fairness: after 2 k steps a run goes on by lot, so that one who waits for another in a loop of its own does
 *   not keep it from going on for ever.
 * - What a task chooses is drawn as well.
 */

import type { Chooser } from "../../memory/mod.ts";
import { type Point, type RunEnd, type Scheduler, withSeldomDeaths } from "../scheduler.ts";
import { drawsOf } from "./draws.ts";

/** How priorities are drawn. */
export interface PctOptions {
  /** Decides all runs. */
  readonly seed: number;
  /** The depth of the bugs that it looks for: one more than the times a task falls behind in a run; 3 by default. */
  readonly depth?: number;
  /** Where it goes on; at the first run by default. */
  readonly from?: PctRun;
  /** What is known of lengths, of several schedulers together; its own by default. */
  readonly lengths?: Lengths | undefined;
}

/** Where runs go on. */
export interface PctRun {
  /** The number of the next run. */
  readonly run: number;
  /** The typical length since lengths were last learned anew; 0 where that is now. */
  readonly typical: number;
  /** The longest since then. */
  readonly longest: number;
  /** The longest of all. */
  readonly most: number;
  /** How many tasks there are; 0 where that is not known. */
  readonly tasks: number;
}

/** The first run. */
export const FIRST_RUN: PctRun = { run: 0, typical: 0, longest: 0, most: 0, tasks: 0 };

/** How long runs are, as far as they have ended. */
export class Lengths {
  /** The mean of the last ones, roughly; 0 where none is known. */
  typical: number;
  /** The longest since they were forgotten. */
  longest: number;
  /** The longest of all. */
  most: number;

  /** Knows what was known there. */
  constructor({ typical, longest, most }: Pick<PctRun, "typical" | "longest" | "most">) {
    this.typical = typical;
    this.longest = longest;
    this.most = most;
  }

  /** A run had so many steps. */
  learn(step: number): void {
    this.longest = Math.max(this.longest, step);
    this.most = Math.max(this.most, step);
    this.typical += this.typical === 0 ? step : (step - this.typical) / MEMORY;
  }

  /** Forgets all but the longest of all. */
  forget(): void {
    this.typical = this.longest = 0;
  }
}

/** After how many runs lengths are learned anew. */
export const PCT_SHARE = 256;

/** Of how many runs one is drawn over the longest, and after how many times its steps a run goes on by lot. */
const BOUND_EVERY = 4;
const UNFAIR = 2;
/** Over how many runs the typical length is the mean, roughly. */
const MEMORY = 8;
const PRIORITIES = 2 ** 30;

/**
 * Probabilistic concurrency testing: tasks have priorities, drawn by lot, and the first that can goes on; at some
 * steps, drawn by lot too, it falls behind all others (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS
 * 2010).
 */
export class Pct implements Scheduler {
  /** It does not look at what actions reach. */
  readonly watches = false;
  readonly #seed: number;
  readonly #depth: number;
  #chooser: Chooser;
  // By task: the greater goes first; undefined where it has drawn none.
  readonly #priorities: (number | undefined)[] = [];
  /** The steps at which who goes on falls behind. */
  readonly #falls = new Set<number>();
  readonly #lengths: Lengths;
  readonly #forgets: boolean;
  // What k is in the present run.
  #steps = 0;
  #lowest = 0;
  // Of all runs, those before the first one here too.
  #runs: number;
  #tasks: number;

  /** Draws as the seed decides. */
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

  /** How likely all runs so far have missed a bug of the depth that is looked for, at most; undefined without a run. */
  get missed(): { readonly depth: number; readonly chance: number } | undefined {
    if (this.#runs === 0) return undefined;
    const depth = this.#depth;
    const luck = 1 / (Math.max(1, this.#tasks) * Math.max(1, this.#lengths.most) ** (depth - 1));
    return { depth, chance: (1 - luck) ** Math.floor(this.#runs / BOUND_EVERY) };
  }

  /** Where the next run goes on. */
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

  /** One of the alternatives of the task that was picked. */
  #choose(actions: readonly number[], tasks: number, pick: number): number {
    const task = (actions[pick] ?? 0) % tasks;
    const picks: number[] = [];
    for (const [other, action] of actions.entries()) if (action % tasks === task) picks.push(other);
    return picks.length === 1 ? pick : picks[this.#chooser(picks.length)] ?? pick;
  }
}
