/**
 * A share of a search: some runs that are independent of others, as plain data, and their result.
 *
 * - A share is a position of a strategy and its maximum number of runs or schedules. Nothing else affects the result,
 *   so it can be run anywhere, and again; the model that a worker keeps only makes it faster (`kept_model.ts`).
 * - A share ends early if the tasks look at more than is known, if it finds a bug and the search is not to continue
 *   after one, or if it cuts as many runs as the whole search may.
 */

import type { AnyProgram, Settings } from "../../program/mod.ts";
import { type Looks, SeenError } from "../looks.ts";
import type { Point, RunEnd, Scheduler } from "../scheduler.ts";
import { type Goal, Search, type SearchOptions, type SharePart, type Slices } from "../search.ts";
import { Bounded } from "../strategies/bounded.ts";
import { Dpor, type Tried, type Wish } from "../strategies/dpor.ts";
import { type Going, goingAt, type Position } from "../strategies/strategies.ts";
import { KeptModel } from "./kept_model.ts";

/** A share of a search: some of its runs. */
export interface Share {
  /** The position of the first run. */
  readonly position: Position;
  /** The maximum number of runs. */
  readonly runs: number;
  /** The maximum number of runs that end and count. */
  readonly schedules: number;
  /** Whether to end when the present bound is done. */
  readonly stays: boolean;
  /** Whether random runs serve to estimate the chance of another outcome. */
  readonly isSample: boolean;
}

/** A share, and everything that determines its result. */
export interface ShareRequest {
  /** The settings of the program. */
  readonly settings: Settings;
  /** The options for performing runs. */
  readonly options: SearchOptions;
  /** The goal of the search. */
  readonly goal: Goal;
  /** Whether to continue after a bug. */
  readonly keepGoing: boolean;
  /** The budget of the whole search, in schedules. A share that would spend it on cut runs alone ends early. */
  readonly budget: number;
  /** The share. */
  readonly share: Share;
}

/** The result of a share. */
export interface ShareResult {
  /** The counts and the evidence. */
  readonly part: SharePart;
  /** The remaining runs of the position; undefined if there are none, or the share ended early. */
  readonly rest: Position | undefined;
  /** Whether the bound excluded a run. */
  readonly isBounded: boolean;
  /** What is to be tried at points before the floor. */
  readonly wishes: readonly Wish[];
  /** The actions before the floor and their accesses. */
  readonly above: readonly Tried[];
  /** What the tasks look at, if that is more than was known; then nothing else in the result counts. */
  readonly looks: Looks | undefined;
}

/** The workers that perform shares. */
export interface Workers {
  /** The number of shares to perform at once. */
  readonly count: number;
  /** Performs a share. */
  readonly perform: (request: ShareRequest) => Promise<ShareResult>;
  /** Whether the workers are ready; until they are, the search continues alone. Always true by default. */
  readonly areThere?: () => boolean;
}

/** Performs a share, in slices, on the model kept from other shares. */
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

  /** Limits a scheduler to a number of runs and of schedules. */
  constructor(going: Going, { runs, schedules }: Pick<Share, "runs" | "schedules">) {
    this.#going = going;
    const { scheduler } = going;
    this.watches = scheduler.watches;
    this.draws = scheduler.draws ?? false;
    this.counts = (run) => scheduler.counts?.(run) ?? true;
    this.#runs = runs;
    this.#schedules = schedules;
  }

  /** The scheduler that it limits. */
  get scheduler(): Scheduler {
    return this.#going.scheduler;
  }

  /** Whether no runs of the position are left. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** The result of the share. The scheduler must not be used after that. */
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
