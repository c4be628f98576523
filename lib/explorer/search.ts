/**
 * A search: runs under one scheduler after another, with what came out of them and the first bug.
 *
 * - A run that was cut or was too long has no outcome and does not count as a schedule.
 * - The budget counts schedules; of runs that are cut it allows ten times as many, of those that are too long a hundredth.
 * - A run that is too long is a bug where something is wrong with it already; the first ones are looked at for a livelock.
 *
 * @module
 */

import type { AnyProgram, Settings } from "../program/mod.ts";
import { NondeterminismError } from "./answer_tree.ts";
import { Execution, type ExecutionOptions } from "./execution.ts";
import type { BugKind, Finding } from "./finding.ts";
import { Judge, type Judged } from "./judge.ts";
import { livelock } from "./livelock.ts";
import { Outcomes } from "./outcomes.ts";
import { fingerprint, wholeText } from "./whole_text.ts";
import { SeenError } from "./looks.ts";
import { type ModelOptions, ProgramModel } from "./program_model.ts";
import { Replay } from "./replay.ts";
import type { Departure } from "./schedule.ts";
import type { RunEnd, Scheduler } from "./scheduler.ts";

/** A bug, with the run that shows it. */
export interface Found extends Finding {
  /** Where the run departs from the default. */
  readonly departures: readonly Departure[];
  /** Whether the tasks take turns after the last departure. */
  readonly inTurns?: boolean;
  /** Its preemptions; those before the tasks take turns. */
  readonly preemptions: number;
  /** Its steps; those that are departed from, where the tasks take turns. */
  readonly steps: number;
}

/** How runs are performed, and what is known of the program. */
export interface SearchOptions extends ExecutionOptions, ModelOptions {}

/** How a run goes, besides its departures. */
export interface PathOptions {
  /** Whether the tasks take turns after the last departure; false by default. */
  readonly inTurns?: boolean | undefined;
}

/** How far a search goes. */
export interface SearchLimits {
  /** How many schedules in all. */
  readonly budget: number;
  /** Whether it goes on after a bug. */
  readonly keepGoing?: boolean | undefined;
  /** Counts only runs with so many preemptions; the others were counted before. */
  readonly counted?: number | undefined;
}

/** What a single run shows. */
export interface Shown {
  /** What the run does, in 32 bits. */
  readonly fingerprint: number;
  /** What came out; undefined where the run did not come to its end. */
  readonly judged: Judged | undefined;
  /** Its preemptions. */
  readonly preemptions: number;
}

/** How far a search is. */
export interface SearchProgress {
  /** How many schedules were run to their end. */
  readonly schedules: number;
  /** The kind of the bug whose shortest schedule is looked for, if one was found. */
  readonly kind: BugKind | undefined;
}

/** Work in slices, each of some runs: between them it says how far it is, and hears whether to stop. */
export type Slices<T> = Generator<SearchProgress, T, boolean | void>;

/** How a search under one scheduler ended. */
export type SearchEnd = "exhausted" | "found" | "spent";

/** Does all slices. */
export function toEnd<T>(slices: Slices<T>): T {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
  }
}

const CUTS_PER_SCHEDULE = 10;
/** A run that is too long counts as so many that are cut. */
const CUTS_PER_LONG_RUN = 1000;
/** How many runs that are too long are looked at for a livelock. */
const MOST_LOOKS = 50;
/** How many steps of tasks that take turns a fingerprint is of. */
const PRINTED_TURNS = 100;
/** How many runs a slice has. */
const SLICE = 64;

/** See the module. */
export class Search {
  /** What runs. */
  readonly execution: Execution;
  readonly #program: AnyProgram;
  readonly #settings: Settings;
  readonly #options: SearchOptions;
  readonly #judge: Judge;
  /** What came out. */
  readonly outcomes: Outcomes = new Outcomes();
  #schedules = 0;
  #tooLong = 0;
  #found: Found | undefined;
  #last: readonly Departure[] = [];

  /** Prepares a search. */
  constructor(program: AnyProgram, settings: Settings, options: SearchOptions) {
    this.#program = program;
    this.#settings = settings;
    this.#options = options;
    this.execution = new Execution(new ProgramModel(program, settings, options), options);
    this.#judge = new Judge(this.execution, options);
  }

  /** How many schedules were run to their end. */
  get schedules(): number {
    return this.#schedules;
  }

  /** How many runs came to the step limit. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** The first bug. */
  get found(): Found | undefined {
    return this.#found;
  }

  /** Runs what a scheduler wants: until it has no more, until the first bug, or until the budget is spent. */
  go(scheduler: Scheduler, limits: SearchLimits): SearchEnd {
    return toEnd(this.goInSlices(scheduler, limits));
  }

  /** The same in slices: where it is sent `true` after one, what is left of the budget is spent. */
  *goInSlices(scheduler: Scheduler, { budget, keepGoing = false, counted }: SearchLimits): Slices<SearchEnd> {
    let cuts = 0;
    for (let runs = 1; this.#schedules < budget && cuts < CUTS_PER_SCHEDULE * budget; runs++) {
      const found = this.#next(scheduler, counted);
      if (found === "none") return "exhausted";
      if (found === "cut") cuts++;
      else if (found === "too-long") cuts += CUTS_PER_LONG_RUN;
      else if (found !== undefined) {
        this.#found ??= found;
        if (!keepGoing) return "found";
      }
      if (runs % SLICE === 0 && (yield this.#progress) === true) return "spent";
    }
    return scheduler.begin() ? "spent" : "exhausted";
  }

  /** A bug of that kind with fewer preemptions, by a scheduler that takes only such runs; in slices. */
  *findAgain(
    scheduler: Scheduler,
    { kind, budget }: { kind: string; budget: number },
  ): Slices<Found | "exhausted" | "spent"> {
    let isAll = true;
    for (let runs = 1; runs <= budget; runs++) {
      if (!scheduler.begin()) return isAll ? "exhausted" : "spent";
      const run = this.execution.run(scheduler);
      if (run.kind === "too-long") isAll = false;
      const finding = run.kind === "complete" ? this.#judge.judge().finding : undefined;
      if (finding?.kind === kind) return this.#foundIn(finding, run);
      if (runs % SLICE === 0 && (yield this.#progress) === true) return "spent";
    }
    return "spent";
  }

  get #progress(): SearchProgress {
    return { schedules: this.#schedules, kind: this.#found?.kind };
  }

  /** Performs the run with these departures once more, on a model of its own or on that of the search. */
  show(
    departures: readonly Departure[],
    { afresh, inTurns = false }: PathOptions & { readonly afresh: boolean },
  ): Shown & { readonly fault?: string } {
    const { names } = this.execution.model;
    const replay = new Replay(departures, { names, inTurns });
    const printed = replay.turnsFrom + PRINTED_TURNS;
    const execution = afresh
      ? new Execution(new ProgramModel(this.#program, this.#settings, this.#options), this.#options)
      : this.execution;
    const judge = afresh ? new Judge(execution, this.#options) : this.#judge;
    let print = fingerprint(0, JSON.stringify([this.#program.name, this.#settings.variant]));
    replay.begin();
    const run = execution.run(replay, (task, { operation }) => {
      if (execution.taken.length <= printed) print = fingerprint(print, `${task} ${wholeText(operation)}`);
    });
    const { fault } = replay;
    const preemptions = inTurns ? replay.preemptions : run.preemptions;
    let judged: Judged | undefined;
    if (run.kind === "complete") {
      judged = judge.judge();
      if (judged.finding !== undefined) judged = { ...judged, finding: judge.explain(judged.finding) };
    } else if (fault === undefined) {
      let finding = judge.soFar();
      if (finding !== undefined) finding = judge.explain(finding);
      else if (inTurns) finding = livelock(execution, departures)?.finding;
      judged = finding && { outcome: undefined, text: finding.message, finding };
    }
    return { fingerprint: print, judged, preemptions, ...fault === undefined ? {} : { fault } };
  }

  /** Looks whether a model of its own takes the same steps as that of the search: if not, that is the bug. */
  checkDeterminism(): void {
    const found = { departures: this.#found?.departures ?? [], inTurns: this.#found?.inTurns };
    for (const { departures, inTurns } of [found, { departures: this.#last, inTurns: false }]) {
      if (this.#found?.kind === "nondeterminism") return;
      const fault = this.#differences(departures, { inTurns });
      if (fault !== undefined) {
        this.#found = { kind: "nondeterminism", message: fault, departures, preemptions: 0, steps: 0 };
      }
    }
  }

  #differences(departures: readonly Departure[], options: PathOptions): string | undefined {
    const afresh = this.show(departures, { ...options, afresh: true });
    try {
      const again = this.show(departures, { ...options, afresh: false });
      if (again.fingerprint === afresh.fingerprint && again.judged?.text === afresh.judged?.text) return undefined;
    } catch (error) {
      if (error instanceof NondeterminismError) return error.message;
      throw error;
    }
    return "Cannot trust a run: the same schedule takes other steps the second time, a program that depends on its answers " +
      "alone is wanted";
  }

  /** What a run with these departures shows, as far as they can be taken; undefined where that is no bug. */
  attempt(departures: readonly Departure[], { inTurns }: PathOptions): Found | undefined {
    if (inTurns) return this.#foundLoop(departures);
    const replay = new Replay(departures, { names: this.execution.model.names, lenient: true });
    replay.begin();
    const run = this.execution.run(replay);
    const finding = run.kind === "complete" ? this.#judge.judge().finding : this.#judge.soFar();
    return finding && this.#foundIn(finding, run);
  }

  #next(scheduler: Scheduler, counted: number | undefined): Found | "none" | "cut" | "too-long" | undefined {
    if (!scheduler.begin()) return "none";
    let run: RunEnd;
    try {
      run = this.execution.run(scheduler);
    } catch (error) {
      if (!(error instanceof NondeterminismError)) throw error;
      const { message } = error;
      return { kind: "nondeterminism", message, departures: this.#departures(), preemptions: 0, steps: 0 };
    }
    const { seen, looks } = this.execution.model;
    if (seen !== looks) throw new SeenError(seen);
    if (run.kind === "too-long") {
      this.#tooLong++;
      if (this.#found !== undefined) return "too-long";
      const finding = this.#judge.soFar();
      return finding === undefined ? this.#look() ?? "too-long" : this.#foundIn(finding, run);
    }
    if (run.kind !== "complete") return "cut";
    if (counted !== undefined && counted !== run.preemptions) return "cut";
    this.#schedules++;
    const judged = this.#judge.judge();
    if (this.outcomes.add(judged, { isSample: false })) this.#last = this.#departures();
    if (judged.finding === undefined || this.#found !== undefined) return undefined;
    return this.#foundIn(judged.finding, run);
  }

  /** Looks whether the run that came to the step limit begins a livelock. */
  #look(): Found | undefined {
    if (this.#tooLong > MOST_LOOKS) return undefined;
    const half = this.execution.taken.length / 2;
    const departures = this.#departures().filter(({ step }) => step < half);
    return (this.#tooLong === 1 ? this.#foundLoop([]) : undefined) ?? this.#foundLoop(departures);
  }

  #foundLoop(departures: readonly Departure[]): Found | undefined {
    const found = livelock(this.execution, departures);
    if (found === undefined) return undefined;
    const { finding, preemptions } = found;
    return { ...finding, departures, inTurns: true, preemptions, steps: departures.at(-1)?.step ?? 0 };
  }

  #foundIn(finding: Finding, run: RunEnd): Found {
    const { preemptions, step: steps } = run;
    return { ...this.#judge.explain(finding), departures: this.#departures(), preemptions, steps };
  }

  #departures(): readonly Departure[] {
    const { picks, taken, model } = this.execution;
    const tasks = model.tasks.length;
    return taken.flatMap((action, step): Departure[] => {
      return picks[step] === 0 ? [] : [{ step, task: action % tasks, choice: Math.floor(action / tasks) }];
    });
  }
}
