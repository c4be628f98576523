/**
 * A search: performs runs under schedulers that take turns, and keeps their outcomes and the best evidence of a bug.
 *
 * - A run that was cut or reached the step limit has no outcome and does not count as a schedule.
 * - The budget counts schedules. It allows ten times as many runs that are cut, and a hundredth as many that are too
 *   long.
 * - Schedulers take turns, one schedule each. Each has its own execution, so it can resume from its own last run.
 *   Invariant: the numbers of schedules run by any two schedulers differ by at most one.
 * - The best evidence is the one whose kind has precedence; a data race that changes the outcome is better than one
 *   that does not; then fewer preemptions and steps are better. If evidence of a better kind is possible, the search
 *   continues for a while.
 * - A run that is too long is a bug if something is already wrong with it; the first such runs are checked for a
 *   livelock.
 * - Shares of a search may be run by workers. Their results are joined in order if nothing in them depends on the state
 *   of the search (`admits`); otherwise the share is run again here. So the result is the same as without workers.
 *
 * Longer than most files because counting a run, judging it and keeping the best evidence form one loop that every
 * strategy shares.
 */

import type { AnyProgram, Settings } from "../program/mod.ts";
import { assumptionsOf } from "./assumptions.ts";
import { NondeterminismError } from "./ambient.ts";
import { ANSWERS_ALONE, Confirmation, type Confirmed } from "./confirmation.ts";
import { Execution, type ExecutionOptions, type Observe } from "./execution.ts";
import { type BugKind, type Finding, isBetterEvidence, isWeak, kinds, rankOf } from "./finding.ts";
import { Judge, type Judged, type JudgeOptions } from "./judge.ts";
import { livelock } from "./findings/livelock.ts";
import { Outcomes, type OutcomesTold } from "./outcomes.ts";
import { lassosOf } from "./findings/starvation.ts";
import { fingerprint, wholeText } from "./whole_text.ts";
import { SeenError } from "./looks.ts";
import { type ModelOptions, ProgramModel } from "./program_model.ts";
import { DepthFirst } from "./strategies/depth_first.ts";
import { RandomWalk } from "./strategies/random_walk.ts";
import { Replay } from "./replay.ts";
import { beforeText, type Departure, formatSchedule, type Turns } from "./schedule.ts";
import type { Point, RunEnd, Scheduler } from "./scheduler.ts";
import { serialOutcomes } from "./serial.ts";

/** A bug, with the run that shows it. */
export interface Found extends Finding {
  /** The departures of the run from the default schedule. */
  readonly departures: readonly Departure[];
  /** Whether the tasks take turns after the last departure. */
  readonly inTurns?: Turns;
  /** For a race, whether the run's outcome is one that the tasks also have one after the other. */
  readonly serial?: boolean;
  /** The number of preemptions, before the tasks take turns. */
  readonly preemptions: number;
  /** The number of steps; if the tasks take turns, the step of the last departure. */
  readonly steps: number;
}

/** Options for performing runs, and what is known of the program. */
export interface SearchOptions extends ExecutionOptions, ModelOptions {
  /** The state of the search before this share, if this is a share of a search; nothing by default. */
  readonly after?: Searched | undefined;
}

/** The state that determines how runs that are too long are treated. */
export interface Searched {
  /** The number of runs that were too long so far, up to a limit beyond which it makes no difference. */
  readonly tooLong: number;
  /** Whether a bug has been found. */
  readonly isFound: boolean;
  /** The number of operations repeated so far. */
  readonly repeated: number;
}

/** The result of a share of a search, as plain data. */
export interface SharePart {
  /** The number of schedules run to their end. */
  readonly schedules: number;
  /** The number of runs that reached the step limit. */
  readonly tooLong: number;
  /** The number of runs that were cut, as the budget counts them. */
  readonly cuts: number;
  /** The best evidence. */
  readonly found: Found | undefined;
  /** The number of schedules before that evidence was found. */
  readonly foundAt: number;
  /** The outcomes of the runs. */
  readonly outcomes: OutcomesTold;
  /** The repetitions of runs. */
  readonly confirmed: Confirmed;
  /** The assumptions, without those that follow from the repetitions. */
  readonly assumptions: readonly string[];
  /** The state of the search that the share was given. */
  readonly after: Searched;
}

/** The goal of a search: an outcome, or bugs except some kinds. */
export interface Goal {
  /** The outcome, as text; if given, bugs do not count. */
  readonly outcome?: string | undefined;
  /** The kinds of bugs to ignore. */
  readonly ignore?: readonly BugKind[] | undefined;
}

/** The course of a run, apart from its departures. */
export interface PathOptions {
  /** Whether the tasks take turns after the last departure; false by default. */
  readonly inTurns?: Turns | undefined;
}

/** The limits of a search. */
export interface SearchLimits {
  /** The maximum number of schedules. */
  readonly budget: number;
  /** Whether to continue after a bug; false by default. */
  readonly keepGoing?: boolean | undefined;
  /** The number of schedules after which to pause, so that each scheduler has had as many turns; never by default. */
  readonly pause?: number | undefined;
  /** Whether the schedulers run a share, so that their end is not the end of the search; false by default. */
  readonly isShare?: boolean | undefined;
  /** Whether random runs serve to estimate the chance of another outcome; true by default. */
  readonly isSample?: boolean | undefined;
  /** Called for each schedule run to its end. */
  readonly ran?: ((run: ExploredRun) => void) | undefined;
}

/** A schedule that was run to its end. */
export interface ExploredRun {
  /** The number of the task that acted at each step. */
  readonly tasks: readonly number[];
  /** The outcome. */
  readonly value: unknown;
  /** The outcome as text; equal for equal outcomes. */
  readonly outcome: string;
  /** The kind of bug that it shows, if any. */
  readonly kind: BugKind | undefined;
  /** The schedule as text that replays it. Call this only after exploring has ended. */
  schedule(): string;
}

/** The result of a single run. */
export interface Shown {
  /** A 32-bit hash of what the run does. */
  readonly fingerprint: number;
  /** The schedule as text that replays it. */
  readonly schedule: string;
  /** The outcome and the bug; undefined if the run did not end. */
  readonly judged: Judged | undefined;
  /** The number of preemptions. */
  readonly preemptions: number;
}

/** The progress of a search. */
export interface SearchProgress {
  /** The number of schedules run to their end. */
  readonly schedules: number;
  /** The kind of the bug found so far, while its shortest schedule is sought; undefined if none was found. */
  readonly kind: BugKind | undefined;
  /** If present, there is nothing to do here until this promise settles. */
  readonly until?: Promise<unknown>;
}

/** Work in slices of a few runs: it yields its progress after each, and stops if it is sent `true`. */
export type Slices<T> = Generator<SearchProgress, T, boolean | void>;

/** A scheduler, and the execution and judge of its runs. */
interface Turn {
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly judge: Judge;
  /** Whether its runs are a fair sample, because each is drawn at random independently. */
  readonly isSample: boolean;
}

/** How a search ended; `exhausted` if one of its schedulers had no more runs. */
export type SearchEnd = "exhausted" | "found" | "spent" | "paused";

/** Runs all slices, and returns the result. */
export function toEnd<T>(slices: Slices<T>): T {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
  }
}

const CUTS_PER_SCHEDULE = 10;
/** How many cut runs a run that is too long counts as. */
const CUTS_PER_LONG_RUN = 1000;
/** The maximum number of too long runs that are checked for a livelock. */
const MOST_LOOKS = 50;
/** The maximum number of loops that are tried for starvation. */
const MOST_LASSOS = 10;
/** How many steps of tasks that take turns a fingerprint covers. */
const PRINTED_TURNS = 100;
/** The number of runs in a slice. */
const SLICE = 64;
/** The number of random runs to check if some runs stood for others. */
const WALKS = 20;
/** For how many more schedules a search looks for better evidence after a bug. */
export const BETTER = 500;

/**
 * A search: performs runs under schedulers that take turns, and keeps their outcomes and the best evidence of a bug.
 */
export class Search {
  /** The execution of the first scheduler, and of runs outside any scheduler's turn. */
  readonly execution: Execution;
  readonly #program: AnyProgram;
  readonly #settings: Settings;
  readonly #options: SearchOptions;
  readonly #goal: Goal;
  readonly #judge: Judge;
  /** The outcomes of the runs. */
  readonly outcomes: Outcomes = new Outcomes();
  #schedules = 0;
  #tooLong = 0;
  #cuts = 0;
  #found: Found | undefined;
  #foundAt = 0;
  // The number of schedules at which the search for better evidence ends.
  #most = Infinity;
  readonly #after: Searched;
  // The assumptions of shares.
  readonly #granted = new Set<string>();
  readonly #confirmation: Confirmation;
  // Whether some runs stood for others because they access the same places.
  #isReduced = false;
  // The outcomes of running the tasks one after the other, computed when first needed.
  #serial: ReadonlySet<string> | undefined;

  /** Prepares a search, on a given model or on a new one. */
  constructor(
    program: AnyProgram,
    settings: Settings,
    { model, ...options }: SearchOptions & {
      readonly model?: ProgramModel | undefined;
    },
    goal: Goal = {},
  ) {
    this.#program = program;
    this.#settings = settings;
    this.#options = options;
    this.#goal = goal;
    this.#after = options.after ?? { tooLong: 0, isFound: false, repeated: 0 };
    this.#tooLong = this.#after.tooLong;
    this.execution = new Execution(model ?? new ProgramModel(program, settings, options), options);
    this.#judge = new Judge(this.execution, this.#judging);
    this.#confirmation = new Confirmation(program, settings, { ...options, repeated: this.#after.repeated });
  }

  get #judging(): JudgeOptions {
    return { checks: this.#options.checks, ignore: this.#goal.outcome === undefined ? this.#goal.ignore : kinds };
  }

  /** The number of schedules run to their end. */
  get schedules(): number {
    return this.#schedules;
  }

  /** The number of runs that reached the step limit. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** The best evidence. */
  get found(): Found | undefined {
    return this.#found;
  }

  /** The number of schedules up to the best evidence. */
  get foundAt(): number {
    return this.#foundAt;
  }

  /** The assumptions about the tasks, as sentences. */
  get assumptions(): readonly string[] {
    const loops = this.#loops;
    return this.#confirmation.isWhole && !this.#isReduced ? loops : [...loops, ANSWERS_ALONE];
  }

  get #loops(): readonly string[] {
    const fresh = () => new ProgramModel(this.#program, this.#settings, this.#options);
    const own = assumptionsOf(this.execution.model, fresh);
    return [...new Set([...own, ...this.#granted])].sort();
  }

  /** The result of this share of a search. */
  get told(): SharePart {
    return {
      schedules: this.#schedules,
      tooLong: this.#tooLong - this.#after.tooLong,
      cuts: this.#cuts,
      found: this.#found,
      foundAt: this.#foundAt,
      outcomes: this.outcomes.told,
      confirmed: this.#confirmation.told,
      assumptions: this.#loops,
      after: this.#after,
    };
  }

  /** The state of the search that a worker needs for a share. */
  get before(): Searched {
    return {
      tooLong: Math.min(this.#tooLong, MOST_LOOKS + 1),
      isFound: this.#found !== undefined,
      repeated: this.#confirmation.before,
    };
  }

  /** Whether the results of shares, whose schedulers took turns, are what running them here would have given. */
  admits(parts: readonly SharePart[], { budget, keepGoing = false }: SearchLimits): boolean {
    const sum = (of: "schedules" | "cuts") => parts.reduce((sum, part) => sum + part[of], 0);
    const { tooLong, isFound } = this.before;
    const hasRoom = this.#schedules + sum("schedules") <= budget &&
      this.#cuts + sum("cuts") < CUTS_PER_SCHEDULE * budget;
    if (!hasRoom || (isFound && !keepGoing)) return false;
    return parts.every(({ found, after, ...part }) => {
      const isToldLong = part.tooLong === 0 || (after.tooLong === tooLong && after.isFound === isFound);
      // Once one share has found a bug, the others would have looked for less.
      return isToldLong && (found === undefined || (keepGoing && (part.tooLong === 0 || parts.length === 1)));
    });
  }

  /** Adds the results of shares, whose schedulers took turns. */
  join(parts: readonly SharePart[]): void {
    this.outcomes.join(parts.map(({ outcomes }) => outcomes));
    const before = this.#schedules;
    for (const { schedules, tooLong, cuts, confirmed, assumptions } of parts) {
      this.#schedules += schedules;
      this.#tooLong += tooLong;
      this.#cuts += cuts;
      this.#confirmation.join(confirmed);
      for (const sentence of assumptions) this.#granted.add(sentence);
    }
    const inOrder = [...parts.entries()].toSorted(([, one], [, other]) => one.foundAt - other.foundAt);
    for (const [turn, { found, foundAt }] of inOrder) {
      if (found === undefined) continue;
      const isUntrusted = found.kind === "nondeterminism";
      if (!isUntrusted && !this.#isBetter(found, { preemptions: found.preemptions, step: found.steps })) continue;
      this.#found = found;
      this.#foundAt = before + (parts.length === 1 ? foundAt : (foundAt - 1) * parts.length + turn + 1);
    }
  }

  /** How the search ends now, if it does: the budget is spent, or a bug was found and the search is not to continue. */
  endOf({ budget, keepGoing = false }: SearchLimits): SearchEnd | undefined {
    const isFound = this.#found !== undefined && !keepGoing;
    if (isFound && this.#found !== undefined && !isWeak(this.#found)) return "found";
    if (this.#schedules < Math.min(budget, this.#most) && this.#cuts < CUTS_PER_SCHEDULE * budget) return undefined;
    return isFound ? "found" : "spent";
  }

  /** Performs the schedulers' runs, in slices. If sent `true` after a slice, it ends as if the budget were spent. */
  *goInSlices(schedulers: readonly Scheduler[], limits: SearchLimits): Slices<SearchEnd> {
    const { budget, keepGoing = false, pause = Infinity, isShare = false, isSample = true, ran } = limits;
    const { model } = this.execution;
    const sampled = isSample ? schedulers.find(({ draws }) => draws) : undefined;
    const turns = schedulers.map((scheduler, index): Turn => {
      const one = { scheduler, isSample: scheduler === sampled };
      if (index === 0) return { ...one, execution: this.execution, judge: this.#judge };
      const execution = new Execution(model, this.#options);
      return { ...one, execution, judge: new Judge(execution, this.#judging) };
    });
    let at = 0;
    for (let runs = 1;; runs++) {
      const end = this.endOf(limits);
      if (end === "found") return "found";
      const turn = turns[at];
      if (end !== undefined || turn === undefined) break;
      if (this.#schedules >= pause) return "paused";
      const came = this.#next(turn, ran);
      if (came === "none" && turn.scheduler.watches && !isShare) this.walk();
      if (came === "none") return this.#found === undefined || keepGoing ? "exhausted" : "found";
      if (came === "counted") at = (at + 1) % turns.length;
      else this.#cuts += came === "cut" ? 1 : CUTS_PER_LONG_RUN;
      if (this.#found !== undefined && !keepGoing && this.#most === Infinity) {
        this.#most = Math.min(budget, this.#schedules + BETTER);
      }
      if (runs % SLICE === 0 && (yield this.progress) === true) return "spent";
    }
    return isShare || turns.every(({ scheduler }) => scheduler.begin()) ? "spent" : "exhausted";
  }

  /**
   * Finds, in slices, the first evidence of equal rank that depth-first search reaches with at most the given number of
   * preemptions.
   */
  *findAgain(
    preemptions: number,
    { found, budget }: { found: Found; budget: number },
  ): Slices<Found | "exhausted" | "spent"> {
    const scheduler = new DepthFirst({ preemptions });
    let isAll = true;
    for (let runs = 1; runs <= budget; runs++) {
      if (!scheduler.begin()) return isAll ? "exhausted" : "spent";
      const run = this.#perform(scheduler);
      if (typeof run === "string") return "spent";
      if (run.kind === "too-long") isAll = false;
      const finding = run.kind === "complete" ? this.#findingOf(this.#judge.judge()) : undefined;
      if (finding !== undefined && rankOf(finding) === rankOf(found)) return this.#foundIn(finding, run);
      if (runs % SLICE === 0 && (yield this.progress) === true) return "spent";
    }
    return "spent";
  }

  /** The progress of the search. */
  get progress(): SearchProgress {
    return { schedules: this.#schedules, kind: this.#found?.kind };
  }

  /** Performs the run with these departures again, on a model of its own or on that of the search. */
  show(
    departures: readonly Departure[],
    { afresh, inTurns = false }: PathOptions & { readonly afresh: boolean },
  ): Shown & { readonly fault?: string } {
    const { names } = this.execution.model;
    const told: { preempted: number | undefined; before: string; step: number }[] = [];
    const departs = ({ preempts, last, tasks, step }: Point) => {
      const preempted = preempts ? last % tasks : undefined;
      const { operation } = execution.nodes[preempted ?? -1] ?? {};
      told.push({ preempted, before: beforeText(operation, execution.model.memory.layout), step });
    };
    const replay = new Replay(departures, { names, inTurns, departs });
    const printed = replay.turnsFrom + PRINTED_TURNS;
    const execution = afresh
      ? new Execution(new ProgramModel(this.#program, this.#settings, this.#options), this.#options)
      : this.execution;
    const judge = afresh ? new Judge(execution, this.#judging) : this.#judge;
    let print = fingerprint(0, JSON.stringify([this.#program.name, this.#settings.variant]));
    replay.begin();
    const observe: Observe = (task, { operation }) => {
      if (execution.taken.length <= printed) print = fingerprint(print, `${task} ${wholeText(operation)}`);
    };
    const run = this.#perform(replay, { execution, observe });
    const isTrusted = typeof run !== "string";
    const fault = isTrusted ? replay.fault : undefined;
    const preemptions = inTurns || !isTrusted ? replay.preemptions : run.preemptions;
    let judged: Judged | undefined;
    if (!isTrusted) judged = { outcome: undefined, text: run, finding: { kind: "nondeterminism", message: run } };
    else if (run.kind === "complete") {
      judged = judge.judge();
      const finding = this.#goal.outcome === undefined ? judged.finding : this.#findingOf(judged);
      if (finding !== undefined) judged = { ...judged, finding: judge.explain(finding) };
    } else if (fault === undefined) {
      let finding = judge.soFar();
      if (finding !== undefined) finding = judge.explain(finding);
      else if (inTurns) finding = livelock(execution, { departures, inTurns })?.finding;
      judged = finding && { outcome: undefined, text: finding.message, finding };
    }
    const tasks = execution.taken.slice(0, replay.turnsFrom).map((action) => action % names.length);
    const schedule = formatSchedule({
      granularity: this.#options.granularity ?? "operation",
      looks: this.#options.looks,
      clock: this.#options.clock,
      departures,
      inTurns,
      fingerprint: print,
    }, {
      names,
      told: told.map(({ step, ...rest }) => {
        const end = tasks.findIndex((task, later) => later > step && task !== tasks[step]);
        return { ...rest, steps: (end < 0 ? tasks.length : end) - step };
      }),
    });
    return { fingerprint: print, schedule, judged, preemptions, ...fault === undefined ? {} : { fault } };
  }

  /** The evidence in a run with these departures, as far as they are possible; undefined if it shows no bug. */
  // deno-lint-ignore require-yield
  *attempt(departures: readonly Departure[], { inTurns }: PathOptions): Slices<Found | undefined> {
    if (inTurns) return this.#foundLoop({ departures, inTurns });
    const replay = new Replay(departures, { names: this.execution.model.names, lenient: true });
    replay.begin();
    const run = this.#perform(replay);
    if (typeof run === "string") return this.#untrusted(run, this.execution);
    const finding = run.kind === "complete" ? this.#findingOf(this.#judge.judge()) : this.#judge.soFar();
    return finding && this.#foundIn(finding, run);
  }

  /** Performs the next run of a scheduler, and keeps its result. */
  #next(turn: Turn, ran: SearchLimits["ran"]): "none" | "cut" | "too-long" | "counted" {
    const { scheduler, execution, judge } = turn;
    if (!scheduler.begin()) return "none";
    const run = this.#perform(scheduler, { execution });
    if (typeof run === "string") {
      this.#found = this.#untrusted(run, execution);
      this.#foundAt = this.#schedules;
      return "counted";
    }
    this.#checkLooks();
    if (run.kind === "too-long") {
      this.#tooLong++;
      if (this.#found === undefined && !this.#after.isFound) {
        this.#foundAt = this.#schedules;
        const finding = judge.soFar();
        this.#found = finding === undefined ? this.#look(execution) : this.#foundIn(finding, run, turn);
      }
      return "too-long";
    }
    if (run.kind !== "complete" || scheduler.counts?.(run) === false) return "cut";
    this.#schedules++;
    const judged = judge.judge();
    this.#checkLooks();
    // A run in which a task loops forever has no outcome.
    if (!judged.isEndless) this.outcomes.add(judged, turn);
    const finding = this.#findingOf(judged);
    if (ran !== undefined) ran(this.#toldOf(execution, judged, finding?.kind));
    const isBetter = finding !== undefined && this.#isBetter(finding, run);
    const fault = this.#confirmation.faultOf(execution, judged.text, { isSample: !isBetter });
    if (fault !== undefined || isBetter) this.#foundAt = this.#schedules;
    if (fault !== undefined) this.#found = this.#untrusted(fault, execution);
    else if (isBetter) this.#found = this.#foundIn(finding, run, turn);
    return "counted";
  }

  #toldOf(execution: Execution, { outcome: value, text: outcome }: Judged, kind: BugKind | undefined): ExploredRun {
    const departures = this.departures(execution);
    const count = execution.nodes.length;
    const tasks = execution.taken.map((action) => action % count);
    return { tasks, value, outcome, kind, schedule: () => this.show(departures, { afresh: false }).schedule };
  }

  /** Starts the search over if a task, the invariant or the outcome looked at more than was known. */
  #checkLooks(): void {
    const { seen, looks } = this.execution.model;
    if (seen !== looks) throw new SeenError(seen);
  }

  /** Checks some of the runs that others stood for: a shared variable would make them differ. */
  walk(): void {
    this.#isReduced = true;
    const walk = new RandomWalk({ seed: 0 });
    for (let runs = 0; runs < WALKS && this.#found === undefined && walk.begin(); runs++) {
      const run = this.#perform(walk);
      const fault = typeof run === "string"
        ? run
        : run.kind === "complete"
        ? this.#confirmation.faultOf(this.execution, this.#judge.judge().text, { isSample: false })
        : undefined;
      if (fault === undefined) continue;
      this.#found = this.#untrusted(fault, this.execution);
      this.#foundAt = this.#schedules;
    }
  }

  /** Performs a run; returns a message if the run cannot be trusted. */
  #perform(
    scheduler: Scheduler,
    { execution = this.execution, observe }: { execution?: Execution; observe?: Observe } = {},
  ): RunEnd | string {
    try {
      return execution.run(scheduler, observe);
    } catch (error) {
      if (error instanceof NondeterminismError) return error.message;
      throw error;
    }
  }

  #untrusted(message: string, execution: Execution): Found {
    return { kind: "nondeterminism", message, departures: this.departures(execution), preemptions: 0, steps: 0 };
  }

  /** The bug in a run, or the requested outcome. */
  #findingOf({ text, finding }: Judged): Finding & Pick<Found, "serial"> | undefined {
    if (this.#goal.outcome !== undefined) {
      return this.#goal.outcome === text ? { kind: "assertion", message: `the outcome is ${text}` } : undefined;
    }
    return finding?.kind === "race" ? { ...finding, serial: this.#serialOutcomes.has(text) } : finding;
  }

  #isBetter(
    finding: Pick<Found, "kind" | "serial">,
    { preemptions, step }: Pick<RunEnd, "preemptions" | "step">,
  ): boolean {
    const found = this.#found;
    if (found === undefined) return true;
    if (found.kind === "nondeterminism") return false;
    return isBetterEvidence({ ...finding, preemptions, steps: step }, found);
  }

  get #serialOutcomes(): ReadonlySet<string> {
    this.#serial ??= serialOutcomes(new Execution(this.execution.model, { ...this.#options, checks: false }));
    return this.#serial;
  }

  /** Checks a run that reached the step limit for a livelock and, for the first such run, for starvation. */
  #look(execution: Execution): Found | undefined {
    if (this.#tooLong > MOST_LOOKS) return undefined;
    const half = execution.taken.length / 2;
    const departures = this.departures(execution).filter(({ step }) => step < half);
    const isFirst = this.#tooLong === 1;
    const found = (isFirst ? this.#foundLoop({ departures: [], inTurns: true }) : undefined) ??
      this.#foundLoop({ departures, inTurns: true });
    if (found !== undefined || !isFirst || execution.nodes.length < 2) return found;
    for (const lasso of lassosOf(this.execution).slice(0, MOST_LASSOS)) {
      const found = this.#foundLoop({ departures: lasso.departures, inTurns: lasso.turns });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #foundLoop(run: { readonly departures: readonly Departure[]; readonly inTurns: Turns }): Found | undefined {
    const found = livelock(this.execution, run);
    if (found === undefined || this.#judging.ignore?.includes(found.finding.kind)) return undefined;
    const { finding, preemptions } = found;
    return { ...finding, ...run, preemptions, steps: run.departures.at(-1)?.step ?? 0 };
  }

  #foundIn(
    finding: Finding & Pick<Found, "serial">,
    { preemptions, step: steps }: RunEnd,
    { execution, judge }: Pick<Turn, "execution" | "judge"> = { execution: this.execution, judge: this.#judge },
  ): Found {
    const { serial } = finding;
    const told = { ...judge.explain(finding), ...serial === undefined ? {} : { serial } };
    return { ...told, departures: this.departures(execution), preemptions, steps };
  }

  /** The departures of the last run from the default. */
  departures({ picks, taken, model }: Execution = this.execution): readonly Departure[] {
    const tasks = model.tasks.length;
    return taken.flatMap((action, step): Departure[] => {
      return picks[step] === 0 ? [] : [{ step, task: action % tasks, choice: Math.floor(action / tasks) }];
    });
  }
}
