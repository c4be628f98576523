/**
 * Explores a program: runs its interleavings until all are known, a bug is found, or a budget is spent.
 *
 * - `proved`: all interleavings of this program with this input have been run, or one of each class of those that differ
 *   only in the order of independent actions. `not-exhausted`: no bug in as many schedules as it says.
 * - A bug comes with the schedule of fewest preemptions, departures and steps that could be found (see `shrink.ts`), as a text
 *   for {@linkcode replay}; `minimal` says that all schedules with fewer preemptions have been run and none fails so.
 * - Program, settings and options decide the result.
 *
 * Strategies: `depth-first` takes all interleavings; `bounded` those without preemptions, then with one, and so on; `dpor`
 * one of each class; `random` walks; `pct` draws priorities; `portfolio` (the default) spends half of the budget on `bounded` up
 * to two preemptions, half of the rest on `dpor`, half of what is left then on `random`, and the rest on `pct`.
 *
 * @example
 * ```ts
 * import { defineProgram } from "../program/mod.ts";
 * import { cell } from "../sync/mod.ts";
 * import { explore, replay } from "./explore.ts";
 *
 * const program = defineProgram({
 *   name: "lost",
 *   claim: "Two tasks count to 2, if neither disturbs the other.",
 *   shared: () => ({ count: cell() }),
 *   tasks: (_settings) => ["a", "b"].map((name) => ({
 *     name,
 *     *run({ count }) {
 *       yield* count.store((yield* count.load()) + 1);
 *     },
 *   })),
 *   outcome: ({ count }) => count.load(),
 *   expected: () => [2],
 * });
 * const result = explore(program);
 * if (result.verdict !== "bug" || result.preemptions !== 1) throw new Error("one preemption loses an update");
 * if (replay(program, result.schedule).outcome !== 1) throw new Error("the schedule shows it again");
 * ```
 *
 * @module
 */

import { type AnyProgram, type Settings, settingsOf, type SettingsOptions } from "../program/mod.ts";
import { DepthFirst } from "./depth_first.ts";
import { Dpor } from "./dpor.ts";
import type { Granularity } from "./execution.ts";
import type { BugKind, Finding, RaceFinding } from "./finding.ts";
import { Pct } from "./pct.ts";
import { RandomWalk } from "./random_walk.ts";
import { type Looks, NO_LOOKS, SeenError } from "./looks.ts";
import { type Clock, clocks } from "./program_model.ts";
import { formatSchedule, parseSchedule, printOf } from "./schedule.ts";
import type { OutcomeCount } from "./outcomes.ts";
import { type Found, Search, type SearchEnd, type Slices, toEnd } from "./search.ts";
import { shrink, smallerValues } from "./shrink.ts";

/** The ways of going through interleavings. */
export const strategies = ["portfolio", "depth-first", "bounded", "dpor", "random", "pct"] as const;

/** A way of going through interleavings. */
export type Strategy = typeof strategies[number];

/** How to explore. */
export interface ExploreOptions extends SettingsOptions {
  /** The way through the interleavings; `portfolio` by default. */
  readonly strategy?: Strategy | undefined;
  /** How many schedules to run at most; 10,000 by default. */
  readonly budget?: number | undefined;
  /** Where tasks may switch; `operation` by default. */
  readonly granularity?: Granularity | undefined;
  /**
   * In which order times come: `free` is any order, `ordered` the earliest first; `free` by default. A bug that needs times
   * out of order is reported only where no other is found, and says so.
   */
  readonly clock?: Clock | undefined;
  /** After how many operations a run is cut; 10,000 by default. */
  readonly stepLimit?: number | undefined;
  /** Whether races, leaks and the invariant are looked at; true by default. */
  readonly checks?: boolean | undefined;
  /** Whether the bug is looked for with smaller parameters, too; true by default. */
  readonly shrink?: boolean | undefined;
  /** Whether to go on after a bug, up to the budget, so that the outcomes are complete; false by default. */
  readonly keepGoing?: boolean | undefined;
}

/** What exploring came to. */
export type ExploreResult = ExploredWell | ExploredBug;

/** No bug. */
export interface ExploredWell {
  /** Whether all interleavings have been run. */
  readonly verdict: "proved" | "not-exhausted";
  /** How many schedules were run to their end. */
  readonly schedules: number;
  /** How many runs came to the step limit. */
  readonly tooLong: number;
  /** All schedules with at most so many preemptions have been run; undefined where none can be said. */
  readonly covered: number | undefined;
  /** How many distinct outcomes there are. */
  readonly distinct: number;
  /** The first 1,000 of them, with how many schedules had each. */
  readonly outcomes: readonly OutcomeCount[];
}

/** A bug. */
export interface ExploredBug {
  /** There is a bug. */
  readonly verdict: "bug";
  /** What it is. */
  readonly kind: BugKind;
  /** What happened, with names. */
  readonly message: string;
  /** What replays it. */
  readonly schedule: string;
  /** The two accesses of a race. */
  readonly race?: RaceFinding;
  /** What livelocked tasks do over and over, a line for each operation. */
  readonly loop?: readonly string[];
  /** The preemptions of the schedule; of a livelock, those before the tasks take turns. */
  readonly preemptions: number;
  /** The steps of the schedule, each an action of a task; of a livelock, those before the tasks take turns. */
  readonly steps: number;
  /** Whether every schedule with fewer preemptions has been run, and none fails so. */
  readonly minimal: boolean;
  /** The same kind of bug with smaller parameters, if the program has any and that was found. */
  readonly smaller?: SmallerBug;
  /** Whether all interleavings have been run: where it was to keep going. */
  readonly exhausted: boolean;
  /** How many schedules were run to their end. */
  readonly schedules: number;
  /** How many distinct outcomes there are so far. */
  readonly distinct: number;
  /** The first 1,000 of them, with how many schedules had each. */
  readonly outcomes: readonly OutcomeCount[];
}

/** A bug that is found with smaller parameters, too. */
export interface SmallerBug {
  /** All parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What happened, with names. */
  readonly message: string;
  /** What replays it with these parameters. */
  readonly schedule: string;
  /** The preemptions of the schedule. */
  readonly preemptions: number;
  /** The steps of the schedule. */
  readonly steps: number;
  /** Whether every schedule with fewer preemptions has been run with these parameters, and none fails so. */
  readonly minimal: boolean;
}

/** What a replay came to. */
export interface ReplayResult {
  /** The outcome; undefined where the run is not complete. */
  readonly outcome: unknown;
  /** The bug that it shows, if any. */
  readonly finding: Finding | undefined;
  /** The preemptions of the schedule. */
  readonly preemptions: number;
}

const BUDGET = 10_000;
const PORTFOLIO_PREEMPTIONS = 2;
/** How many schedules smaller parameters get, each time. */
const SMALLER_BUDGET = 1000;

/**
 * Explores a program.
 *
 * @throws {RangeError} where the settings, the budget or the strategy make no sense.
 */
export function explore(program: AnyProgram, options: ExploreOptions = {}): ExploreResult {
  return toEnd(exploreInSlices(program, options));
}

/**
 * The same in slices of some runs each, so that the caller can do other things between them; where it is sent `true` after
 * one, it looks no further, and ends with what it has.
 *
 * @throws {RangeError} where the settings, the budget or the strategy make no sense.
 */
export function* exploreInSlices(program: AnyProgram, options: ExploreOptions = {}): Slices<ExploreResult> {
  for (let looks = NO_LOOKS;;) {
    try {
      return yield* exploreKnowing(program, options, looks);
    } catch (error) {
      if (!(error instanceof SeenError)) throw error;
      looks = error.looks;
    }
  }
}

/** The same, given what the tasks look at. */
function* exploreKnowing(program: AnyProgram, options: ExploreOptions, looks: Looks): Slices<ExploreResult> {
  const { strategy = "portfolio", budget = BUDGET, granularity, checks, stepLimit, keepGoing, clock } = options;
  check(program, { strategy, budget, granularity, stepLimit, clock });
  const settings = settingsOf(program, options);
  const search = new Search(program, settings, { granularity, checks, stepLimit, looks, clock });
  const { ended, isMinimal, covered } = yield* run(search, { strategy, budget, keepGoing, seed: settings.seed });
  search.checkDeterminism();
  const exhausted = ended === "exhausted" && search.tooLong === 0;
  const { schedules, found, tooLong } = search;
  const { distinct, whole: outcomes } = search.outcomes;
  if (found === undefined) {
    const verdict = exhausted ? "proved" : "not-exhausted";
    return { verdict, schedules, tooLong, covered: tooLong > 0 ? undefined : covered, distinct, outcomes };
  }
  // What came to the step limit may have failed so after it.
  const isCertain = isMinimal && (tooLong === 0 || found.preemptions === 0);
  const inOrder = new Search(program, settings, { granularity, checks, stepLimit, looks, clock: "ordered" });
  const isInOrder = ({ departures, inTurns, kind }: Found) => {
    const { fault, judged } = inOrder.show(departures, { inTurns, afresh: false });
    return fault === undefined && judged?.finding?.kind === kind;
  };
  const { least, minimal } = yield* shrink(search, { found, isMinimal: isCertain, budget });
  const { kind, departures, inTurns, preemptions, steps, race, loop } = least;
  let { message } = least;
  if (kind !== "nondeterminism" && clock !== "ordered" && !isInOrder(least)) {
    const other = yield* exploreKnowing(program, { ...options, clock: "ordered" }, looks);
    if (other.verdict === "bug") return { ...other, exhausted, schedules: schedules + other.schedules, distinct, outcomes };
    message += "; that needs times out of order: with the earliest first no bug is found";
  }
  const { fingerprint } = search.show(departures, { inTurns, afresh: true });
  const schedule = formatSchedule({
    granularity: granularity ?? "operation",
    looks,
    clock,
    departures,
    inTurns,
    fingerprint,
  });
  const isSearchedAgain = (options.shrink ?? true) && kind !== "nondeterminism";
  const smaller = isSearchedAgain ? yield* smallerBug(program, { options, settings, kind, budget }) : undefined;
  return {
    verdict: "bug",
    kind,
    message,
    ...race === undefined ? {} : { race },
    ...loop === undefined ? {} : { loop },
    schedule,
    preemptions,
    steps,
    minimal,
    ...smaller === undefined ? {} : { smaller },
    exhausted,
    schedules,
    distinct,
    outcomes,
  };
}

/**
 * Runs a program once, as a schedule says.
 *
 * @throws {RangeError} where the text is no schedule, or one of another program, variant, version or input.
 */
export function replay(
  program: AnyProgram,
  schedule: string,
  options: SettingsOptions & Pick<ExploreOptions, "checks" | "stepLimit"> = {},
): ReplayResult {
  const { granularity, looks, clock, departures, inTurns, print } = parseSchedule(schedule);
  const { checks, stepLimit } = options;
  const search = new Search(program, settingsOf(program, options), { granularity, checks, stepLimit, looks, clock });
  const { judged, fingerprint, fault, preemptions } = search.show(departures, { inTurns, afresh: false });
  const is = fault ?? (printOf(fingerprint) === print ? undefined : "its tasks take other steps");
  if (is !== undefined) {
    throw new RangeError(
      `Cannot replay ${schedule} on ${program.name}: ${is}, the program, variant and parameters that it was found for are wanted`,
    );
  }
  return { outcome: judged?.outcome, finding: judged?.finding, preemptions };
}

interface Plan {
  readonly strategy: Strategy;
  readonly budget: number;
  readonly keepGoing: boolean | undefined;
  readonly seed: number;
}

interface Ran {
  readonly ended: SearchEnd;
  /** Whether no failing run has fewer preemptions than the bug that was found. */
  readonly isMinimal: boolean;
  /** See {@linkcode ExploredWell.covered}. */
  readonly covered?: number | undefined;
}

function* run(search: Search, plan: Plan): Slices<Ran> {
  const { strategy, budget, keepGoing, seed } = plan;
  const limits = { budget, keepGoing };
  switch (strategy) {
    case "depth-first":
      return { ended: yield* search.goInSlices(new DepthFirst(), limits), isMinimal: false };
    case "dpor":
      return { ended: yield* search.goInSlices(new Dpor(), limits), isMinimal: false };
    case "random":
      return { ended: yield* search.goInSlices(new RandomWalk({ seed }), limits), isMinimal: false };
    case "pct":
      return { ended: yield* search.goInSlices(new Pct({ seed }), limits), isMinimal: false };
    case "bounded":
      return { ...yield* bounded(search, { ...limits, most: Infinity }), isMinimal: true };
    case "portfolio": {
      const half = { budget: Math.ceil(budget / 2), keepGoing, most: PORTFOLIO_PREEMPTIONS };
      const { ended, covered } = yield* bounded(search, half);
      if (ended !== "spent") return { ended, covered, isMinimal: true };
      const isMinimal = search.found !== undefined;
      const second = yield* search.goInSlices(new Dpor(), { budget: Math.ceil(3 * budget / 4), keepGoing });
      if (second !== "spent") return { ended: second, covered, isMinimal };
      const third = yield* search.goInSlices(new RandomWalk({ seed }), {
        budget: Math.ceil(7 * budget / 8),
        keepGoing,
      });
      if (third !== "spent") return { ended: third, covered, isMinimal };
      return { ended: yield* search.goInSlices(new Pct({ seed }), limits), covered, isMinimal };
    }
  }
}

/** Depth-first with no preemption, one, two, and so on. */
function* bounded(
  search: Search,
  { budget, keepGoing, most }: { budget: number; keepGoing: boolean | undefined; most: number },
): Slices<Pick<Ran, "ended" | "covered">> {
  let covered: number | undefined;
  for (let preemptions = 0; preemptions <= most; preemptions++) {
    const scheduler = new DepthFirst({ preemptions });
    const ended = yield* search.goInSlices(scheduler, { budget, keepGoing, counted: preemptions });
    if (ended !== "exhausted") return { ended, covered };
    covered = preemptions;
    if (!scheduler.bounded) return { ended, covered };
  }
  return { ended: "spent", covered };
}

/** The same kind of bug with smaller parameters: one after the other is made as small as it can be, until none can. */
function* smallerBug(
  program: AnyProgram,
  { options, settings, kind, budget }: { options: ExploreOptions; settings: Settings; kind: BugKind; budget: number },
): Slices<SmallerBug | undefined> {
  const parameters: Record<string, unknown> = { ...settings.parameters };
  let smaller: SmallerBug | undefined;
  let left = budget;
  for (let shrinks = true; shrinks;) {
    shrinks = false;
    for (const [name, parameter] of Object.entries(program.parameters)) {
      for (const value of smallerValues(parameter, parameters[name])) {
        if (left < 1) return smaller;
        const tried = { ...parameters, [name]: value };
        const budget = Math.min(left, SMALLER_BUDGET);
        const result = yield* attempt(program, {
          ...options,
          parameters: tried,
          budget,
          keepGoing: false,
          shrink: false,
        });
        left -= Math.max(1, result?.schedules ?? 1);
        if (result?.verdict !== "bug" || result.kind !== kind) continue;
        const { message, schedule, preemptions, steps, minimal } = result;
        smaller = { parameters: tried, message, schedule, preemptions, steps, minimal };
        parameters[name] = value;
        shrinks = true;
        break;
      }
    }
  }
  return smaller;
}

/** What exploring with other parameters comes to; undefined where the program refuses them. */
function* attempt(program: AnyProgram, options: ExploreOptions): Slices<ExploreResult | undefined> {
  try {
    return yield* exploreInSlices(program, options);
  } catch {
    return undefined;
  }
}

function check(
  program: AnyProgram,
  { strategy, budget, granularity = "operation", stepLimit = 1, clock = "free" }: {
    strategy: string;
    budget: number;
    granularity: string | undefined;
    stepLimit: number | undefined;
    clock: string | undefined;
  },
): void {
  const refuse = (is: string, wanted: string) => {
    throw new RangeError(`Cannot explore ${program.name}: ${is}, ${wanted} is wanted`);
  };
  if (!strategies.some((known) => known === strategy)) {
    refuse(`strategy ${strategy}`, `one of ${strategies.join(", ")}`);
  }
  if (!(Number.isSafeInteger(budget) && budget >= 1)) refuse(`a budget of ${budget}`, "a whole number of at least 1");
  if (!(Number.isSafeInteger(stepLimit) && stepLimit >= 1)) {
    refuse(`a step limit of ${stepLimit}`, "a whole number of at least 1");
  }
  if (!clocks.some((known) => known === clock)) refuse(`clock ${clock}`, `one of ${clocks.join(", ")}`);
  if (granularity !== "operation" && granularity !== "word") refuse(`granularity ${granularity}`, "operation or word");
}
