/**
 * A share of a search: some runs that others need not know of, as a value that crosses, and what they come to.
 *
 * - A share is a position of a strategy and how many runs or schedules it has at most. What comes out depends on nothing else,
 *   so that it may be run anywhere, and once more; the model that a worker keeps only makes it faster (`kept_model.ts`).
 * - Where the tasks look at more than is known, or the search is not to keep going and finds a bug, a share ends early; so it
 *   does where it cuts as many runs as the whole search may.
 */

import type { AnyProgram, Settings } from "../../program/mod.ts";
import { type Looks, SeenError } from "../looks.ts";
import type { Point, RunEnd, Scheduler } from "../scheduler.ts";
import { type Goal, Search, type SearchOptions, type SharePart, type Slices } from "../search.ts";
import { Bounded } from "../strategies/bounded.ts";
import { Dpor, type Tried, type Wish } from "../strategies/dpor.ts";
import { type Going, goingAt, type Position } from "../strategies/strategies.ts";
import { KeptModel } from "./kept_model.ts";

/** Some runs. */
export interface Share {
  /** Where they begin. */
  readonly position: Position;
  /** How many runs there are at most. */
  readonly runs: number;
  /** How many of them are run to their end and counted at most. */
  readonly schedules: number;
  /** Whether bounds end where the present one does. */
  readonly stays: boolean;
  /** Whether runs that are drawn by lot tell how likely another outcome is. */
  readonly isSample: boolean;
}

/** A share, with all that decides what comes out. */
export interface ShareRequest {
  /** How the program is set. */
  readonly settings: Settings;
  /** How runs are performed. */
  readonly options: SearchOptions;
  /** What is looked for. */
  readonly goal: Goal;
  /** Whether it goes on after a bug. */
  readonly keepGoing: boolean;
  /** How many schedules the whole search has: a share that alone would spend that on runs that are cut ends early. */
  readonly budget: number;
  /** The runs. */
  readonly share: Share;
}

/** What a share came to. */
export interface ShareResult {
  /** What is counted. */
  readonly part: SharePart;
  /** What is left of the position; undefined where nothing is, or it ended early. */
  readonly rest: Position | undefined;
  /** Whether the bound left something out. */
  readonly isBounded: boolean;
  /** What is to be tried before the floor. */
  readonly wishes: readonly Wish[];
  /** What the actions before the floor reach. */
  readonly above: readonly Tried[];
  /** What the tasks look at, where that is more than was known: then nothing else counts. */
  readonly looks: Looks | undefined;
}

/** What performs shares elsewhere. */
export interface Workers {
  /** How many at once. */
  readonly count: number;
  /** Performs one. */
  readonly perform: (request: ShareRequest) => Promise<ShareResult>;
  /** Whether they are there yet: until they are, the search goes on alone. Always by default. */
  readonly areThere?: () => boolean;
}

/** Performs a share, in slices, on the model that is kept from other shares. */
export function* performShare(
  program: AnyProgram,
  request: ShareRequest,
  kept: KeptModel = new KeptModel(),
): Slices<ShareResult> {
  const { settings, options, goal, keepGoing, budget, share } = request;
  const model = kept.take(program, request);
  const search = new Search(program, settings, { ...options, model }, goal);
  const { isSample, position, stays } = share;
  const limited = new Limited(goingAt(position, { seed: settings.seed, stays }), share);
  let looks: Looks | undefined;
  try {
    yield* search.goInSlices([limited], { budget, keepGoing, isShare: true, isSample });
  } catch (error) {
    if (!(error instanceof SeenError)) throw error;
    looks = error.looks;
  }
  const result = { part: search.told, ...limited.told, looks };
  kept.keep(model, request);
  return result;
}

/** The scheduler of a share. */
export class Limited implements Scheduler {
  /** See {@linkcode Scheduler}. */
  readonly watches: boolean;
  /** See {@linkcode Scheduler}. */
  readonly draws: boolean;
  /** See {@linkcode Scheduler}. */
  readonly counts: (run: RunEnd) => boolean;
  readonly #going: Going;
  #runs: number;
  #schedules: number;
  #isExhausted = false;

  /** Holds a scheduler to a number of runs, and of schedules. */
  constructor(going: Going, { runs, schedules }: Pick<Share, "runs" | "schedules">) {
    this.#going = going;
    const { scheduler } = going;
    this.watches = scheduler.watches;
    this.draws = scheduler.draws ?? false;
    this.counts = (run) => scheduler.counts?.(run) ?? true;
    this.#runs = runs;
    this.#schedules = schedules;
  }

  /** The scheduler that it holds to the limits. */
  get scheduler(): Scheduler {
    return this.#going.scheduler;
  }

  /** Whether nothing of the position is left. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** What it came to; then it is done with. */
  get told(): Omit<ShareResult, "part" | "looks"> {
    const { scheduler, rest } = this.#going;
    return {
      isBounded: scheduler instanceof Bounded && scheduler.isBounded,
      wishes: scheduler instanceof Dpor ? scheduler.wishes : [],
      above: scheduler instanceof Dpor ? scheduler.above : [],
      rest: this.#isExhausted ? undefined : rest(),
    };
  }

  /** See {@linkcode Scheduler}. */
  get repeats(): number | undefined {
    return this.#going.scheduler.repeats;
  }

  /** See {@linkcode Scheduler}. */
  begin(): boolean {
    if (this.#runs <= 0 || this.#schedules <= 0) return false;
    this.#runs--;
    const begins = this.#going.scheduler.begin();
    this.#isExhausted = !begins;
    return begins;
  }

  /** See {@linkcode Scheduler}. */
  pick(point: Point): number {
    return this.#going.scheduler.pick(point);
  }

  /** See {@linkcode Scheduler}. */
  end(run: RunEnd): void {
    if (run.kind === "complete" && this.counts(run)) this.#schedules--;
    this.#going.scheduler.end(run);
  }
}
