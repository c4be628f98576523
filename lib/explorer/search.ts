/**
 * A search: runs under schedulers that take turns, with what came out of them and the best evidence of a bug.
 *
 * - A run that was cut or was too long has no outcome and does not count as a schedule.
 * - The budget counts schedules; of runs that are cut it allows ten times as many, of those that are too long a hundredth.
 * - Schedulers take turns, a schedule each, and each has an execution of its own, so that it goes on where its last run was.
 *   Invariant: of k of them, each has run as many schedules as any other, but for one.
 * - The best evidence is that of the kind that comes first in the order of precedence; a data race that changes what comes out
 *   is better than one that does not; then it is that of fewest preemptions and steps. Where the first could be better the
 *   search goes on for a while.
 * - A run that is too long is a bug where something is wrong with it already; the first ones are looked at for a livelock.
 * - Shares of a search may be run elsewhere. What they come to is joined in their order, where nothing has happened in them
 *   that the state of the search decides about (`admits`); else the share is run again here. So all comes out as here.
 *
 * Longer than most files because counting a run, judging it and keeping the best evidence are one loop, which every strategy
 * shares.
 */

import type { AnyProgram, Settings } from "../program/mod.ts";
import { assumptionsOf } from "./assumptions.ts";
import { NondeterminismError } from "./ambient.ts";
import { ANSWERS_ALONE, Confirmation, type Confirmed } from "./confirmation.ts";
import { Execution, type ExecutionOptions, type Observe } from "./execution.ts";
import { type BugKind, type Finding, kinds } from "./finding.ts";
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
  /** Where the run departs from the default. */
  readonly departures: readonly Departure[];
  /** Whether the tasks take turns after the last departure. */
  readonly inTurns?: Turns;
  /** Of a race, whether the run comes to what the tasks come to one after the other. */
  readonly serial?: boolean;
  /** Its preemptions; those before the tasks take turns. */
  readonly preemptions: number;
  /** Its steps; those that are departed from, where the tasks take turns. */
  readonly steps: number;
}

/** How runs are performed, and what is known of the program. */
export interface SearchOptions extends ExecutionOptions, ModelOptions {
  /** What came before, where this is a share of a search; nothing by default. */
  readonly after?: Searched | undefined;
}

/** What decides how runs that are too long are looked at. */
export interface Searched {
  /** How many were too long so far, as far as that matters. */
  readonly tooLong: number;
  /** Whether a bug was found. */
  readonly isFound: boolean;
  /** How many operations were repeated. */
  readonly repeated: number;
}

/** What a share of a search came to, as a value that crosses. */
export interface SharePart {
  /** How many schedules were run to their end. */
  readonly schedules: number;
  /** How many runs came to the step limit. */
  readonly tooLong: number;
  /** How many were cut, as the budget counts them. */
  readonly cuts: number;
  /** The best evidence. */
  readonly found: Found | undefined;
  /** After how many schedules it came. */
  readonly foundAt: number;
  /** What came out. */
  readonly outcomes: OutcomesTold;
  /** What was repeated. */
  readonly confirmed: Confirmed;
  /** What is taken for granted, but for what the repetitions say. */
  readonly assumptions: readonly string[];
  /** What it was told of what came before. */
  readonly after: Searched;
}

/** What is looked for: an outcome, or bugs but for some kinds. */
export interface Goal {
  /** The outcome, as text: then no bug counts. */
  readonly outcome?: string | undefined;
  /** The kinds that do not count. */
  readonly ignore?: readonly BugKind[] | undefined;
}

/** How a run goes, besides its departures. */
export interface PathOptions {
  /** Whether the tasks take turns after the last departure; false by default. */
  readonly inTurns?: Turns | undefined;
}

/** How far a search goes. */
export interface SearchLimits {
  /** How many schedules in all. */
  readonly budget: number;
  /** Whether it goes on after a bug. */
  readonly keepGoing?: boolean | undefined;
  /** After how many schedules in all it pauses, so that the schedulers have had as many turns; never by default. */
  readonly pause?: number | undefined;
  /** Whether what the schedulers run is a share: there is more when they end. */
  readonly isShare?: boolean | undefined;
  /** Whether runs that are drawn by lot tell how likely another outcome is; true by default. */
  readonly isSample?: boolean | undefined;
  /** Told of each schedule that is run to its end. */
  readonly ran?: ((run: ExploredRun) => void) | undefined;
}

/** A schedule that was run to its end. */
export interface ExploredRun {
  /** The number of the task that acted at each step. */
  readonly tasks: readonly number[];
  /** What came out. */
  readonly value: unknown;
  /** The same as text: equal for equal outcomes. */
  readonly outcome: string;
  /** The kind of the bug that it shows, if any. */
  readonly kind: BugKind | undefined;
  /** The schedule as a text that replays it: to be asked for when exploring has ended. */
  schedule(): string;
}

/** What a single run shows. */
export interface Shown {
  /** What the run does, in 32 bits. */
  readonly fingerprint: number;
  /** The schedule as a text that replays it. */
  readonly schedule: string;
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
  /** Nothing is to be done here before that settles; at once by default. */
  readonly until?: Promise<unknown>;
}

/** Work in slices, each of some runs: between them it says how far it is, and hears whether to stop. */
export type Slices<T> = Generator<SearchProgress, T, boolean | void>;

/** A scheduler, with the runs that it performs. */
interface Turn {
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly judge: Judge;
  /** Whether its runs are a fair sample: they are drawn by lot alone. */
  readonly isSample: boolean;
}

/** How a search ended: `exhausted` where one of its schedulers had no more. */
export type SearchEnd = "exhausted" | "found" | "spent" | "paused";

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
/** How many rounds that may starve a task are tried out. */
const MOST_LASSOS = 10;
/** How many steps of tasks that take turns a fingerprint is of. */
const PRINTED_TURNS = 100;
/** How many runs a slice has. */
const SLICE = 64;
/** How many runs are looked at where some stood for others. */
const WALKS = 20;
/** For how many schedules better evidence is looked for. */
export const BETTER = 500;

/** A search: runs under schedulers that take turns, with what came out of them and the best evidence of a bug. */
export class Search {
  /** What runs where nobody takes turns. */
  readonly execution: Execution;
  readonly #program: AnyProgram;
  readonly #settings: Settings;
  readonly #options: SearchOptions;
  readonly #goal: Goal;
  readonly #judge: Judge;
  /** What came out. */
  readonly outcomes: Outcomes = new Outcomes();
  #schedules = 0;
  #tooLong = 0;
  #cuts = 0;
  #found: Found | undefined;
  #foundAt = 0;
  // Up to how many schedules better evidence is looked for.
  #most = Infinity;
  readonly #after: Searched;
  // What shares take for granted.
  readonly #granted = new Set<string>();
  readonly #confirmation: Confirmation;
  // Whether runs stand for others, by what they reach.
  #isReduced = false;
  // What comes out where the tasks run one after the other, once that is asked for.
  #serial: ReadonlySet<string> | undefined;

  /** Prepares a search, on a model that others have used or on one of its own. */
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

  /** How many schedules were run to their end. */
  get schedules(): number {
    return this.#schedules;
  }

  /** How many runs came to the step limit. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** The best evidence. */
  get found(): Found | undefined {
    return this.#found;
  }

  /** What is taken for granted of the tasks, in sentences. */
  get assumptions(): readonly string[] {
    const loops = this.#loops;
    return this.#confirmation.isWhole && !this.#isReduced ? loops : [...loops, ANSWERS_ALONE];
  }

  get #loops(): readonly string[] {
    const fresh = () => new ProgramModel(this.#program, this.#settings, this.#options);
    const own = assumptionsOf(this.execution.model, fresh);
    return [...new Set([...own, ...this.#granted])].sort();
  }

  /** What this share of a search came to. */
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

  /** What a share that is run elsewhere is to know. */
  get before(): Searched {
    return {
      tooLong: Math.min(this.#tooLong, MOST_LOOKS + 1),
      isFound: this.#found !== undefined,
      repeated: this.#confirmation.before,
    };
  }

  /** Whether what shares came to, whose schedulers took turns, is what would have come out of them here. */
  admits(parts: readonly SharePart[], { budget, keepGoing = false }: SearchLimits): boolean {
    const sum = (of: "schedules" | "cuts") => parts.reduce((sum, part) => sum + part[of], 0);
    const { tooLong, isFound } = this.before;
    const hasRoom = this.#schedules + sum("schedules") <= budget &&
      this.#cuts + sum("cuts") < CUTS_PER_SCHEDULE * budget;
    if (!hasRoom || (isFound && !keepGoing)) return false;
    return parts.every(({ found, after, ...part }) => {
      const isToldLong = part.tooLong === 0 || (after.tooLong === tooLong && after.isFound === isFound);
      // What one share has shown may be what others do not look for.
      return isToldLong && (found === undefined || (keepGoing && (part.tooLong === 0 || parts.length === 1)));
    });
  }

  /** Counts in what shares came to, whose schedulers took turns. */
  join(parts: readonly SharePart[]): void {
    this.outcomes.join(parts.map(({ outcomes }) => outcomes));
    for (const { schedules, tooLong, cuts, confirmed, assumptions } of parts) {
      this.#schedules += schedules;
      this.#tooLong += tooLong;
      this.#cuts += cuts;
      this.#confirmation.join(confirmed);
      for (const sentence of assumptions) this.#granted.add(sentence);
    }
    for (const { found } of parts.toSorted((one, other) => one.foundAt - other.foundAt)) {
      if (found === undefined) continue;
      const isUntrusted = found.kind === "nondeterminism";
      if (isUntrusted || this.#isBetter(found, { preemptions: found.preemptions, step: found.steps })) {
        this.#found = found;
      }
    }
  }

  /** Whether nothing more is to be run: the budget is spent, or there is a bug and not to be gone on. */
  endOf({ budget, keepGoing = false }: SearchLimits): SearchEnd | undefined {
    const isFound = this.#found !== undefined && !keepGoing;
    if (isFound && this.#found !== undefined && !isWeak(this.#found)) return "found";
    if (this.#schedules < Math.min(budget, this.#most) && this.#cuts < CUTS_PER_SCHEDULE * budget) return undefined;
    return isFound ? "found" : "spent";
  }

  /** Runs what schedulers want, in slices: where it is sent `true` after one, what is left of the budget is spent. */
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

  /** The first evidence as good as another that depth-first comes to, of runs with at most so many preemptions; in slices. */
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

  /** How far it is. */
  get progress(): SearchProgress {
    return { schedules: this.#schedules, kind: this.#found?.kind };
  }

  /** Performs the run with these departures once more, on a model of its own or on that of the search. */
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

  /** What a run with these departures shows, as far as they can be taken; undefined where that is no bug. */
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

  /** Performs the next run of a scheduler, and keeps what it shows. */
  #next(turn: Turn, ran: SearchLimits["ran"]): "none" | "cut" | "too-long" | "counted" {
    const { scheduler, execution, judge } = turn;
    if (!scheduler.begin()) return "none";
    const run = this.#perform(scheduler, { execution });
    if (typeof run === "string") {
      this.#found = this.#untrusted(run, execution);
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
    // Where a task goes round for ever nothing comes out.
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

  /** Begins again where more is looked at than is known, by the invariant or the outcome, too. */
  #checkLooks(): void {
    const { seen, looks } = this.execution.model;
    if (seen !== looks) throw new SeenError(seen);
  }

  /** Looks at some runs of those that others stood for: a shared variable tells them apart. */
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
      if (fault !== undefined) this.#found = this.#untrusted(fault, this.execution);
    }
  }

  /** Performs a run; why it cannot be trusted, where it cannot. */
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

  /** What is wrong with a run, or that it comes to the outcome that is looked for. */
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
    const less = rankOf(finding) - rankOf(found) || preemptions - found.preemptions || step - found.steps;
    return less < 0;
  }

  get #serialOutcomes(): ReadonlySet<string> {
    this.#serial ??= serialOutcomes(new Execution(this.execution.model, { ...this.#options, checks: false }));
    return this.#serial;
  }

  /** Looks whether the run that came to the step limit begins a livelock, and once whether a task may be starved. */
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

  /** Where the last run departs from the default. */
  departures({ picks, taken, model }: Execution = this.execution): readonly Departure[] {
    const tasks = model.tasks.length;
    return taken.flatMap((action, step): Departure[] => {
      return picks[step] === 0 ? [] : [{ step, task: action % tasks, choice: Math.floor(action / tasks) }];
    });
  }
}

/** By precedence; a race that comes to what the tasks come to one after the other stands behind others. */
export function rankOf(
  { kind, serial = false }: { readonly kind: BugKind; readonly serial?: boolean | undefined },
): number {
  return 2 * kinds.indexOf(kind) + (serial ? 1 : 0);
}

/** Whether there may be better evidence: a bug that comes before it in precedence, or a race that changes the outcome. */
export function isWeak({ kind, serial }: Found): boolean {
  const isCertain = kind === "nondeterminism" || kind === "livelock";
  return !isCertain && rankOf({ kind, serial }) > rankOf({ kind: "race" });
}
