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
 * one of each class; `random` walks; `pos` and `pct` draw priorities; `portfolio` (the default) has `bounded`, `dpor`, `random`,
 * `pos` and `pct` take turns, a schedule each. One of your own is a {@linkcode Scheduler}.
 *
 * @example
 * ```ts
 * import { defineProgram } from "../program/mod.ts";
 * import { cell } from "../sync/mod.ts";
 * import { explore } from "./explore.ts";
 * import { replay } from "./repetition.ts";
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
 */

import { type AnyProgram, dataText, type Settings, settingsOf, type SettingsOptions } from "../program/mod.ts";
import { NondeterminismError } from "./ambient.ts";
import { Bounded } from "./strategies/bounded.ts";
import type { Granularity } from "./execution.ts";
import type { ExploredBug, ExploreResult, SmallerEvidence } from "./explored.ts";
import { type BugKind, kinds } from "./finding.ts";
import { Pct } from "./strategies/pct.ts";
import { formatSchedule } from "./schedule.ts";
import { type Looks, NO_LOOKS, SeenError } from "./looks.ts";
import { type Clock, clocks } from "./program_model.ts";
import { LATER, type Scheduler } from "./scheduler.ts";
import {
  type ExploredRun,
  type Found,
  type Goal,
  rankOf,
  Search,
  type SearchLimits,
  type Slices,
  toEnd,
} from "./search.ts";
import { shrink, smallerValues } from "./shrink.ts";
import { goSplit, type Sizes, type SplitEnd } from "./split/split.ts";
import type { ShareRequest, Workers } from "./split/share.ts";
import { schedulersOf, strategies, type Strategy } from "./strategies/strategies.ts";

/** How to explore. */
export interface ExploreOptions extends SettingsOptions {
  /** The way through the interleavings, or one of your own, which proves nothing; `portfolio` by default. */
  readonly strategy?: Strategy | Scheduler | undefined;
  /** What is looked for, and nothing else: a kind of bug, or an outcome; by default any bug. */
  readonly find?: BugKind | { readonly outcome: unknown } | undefined;
  /** The kinds of bugs that do not count; none by default. */
  readonly ignore?: readonly BugKind[] | undefined;
  /** How many schedules to run at most; 10,000 by default. */
  readonly budget?: number | undefined;
  /** Where tasks may switch; `operation` by default. */
  readonly granularity?: Granularity | undefined;
  /**
   * In which order times come: `free` is any order, and time may pass before any look at the clock; `ordered` is the
   * earliest first, and time passes only where tasks wait; `free` by default. A bug that `ordered` does not show is reported
   * only where no other is found, and says so.
   */
  readonly clock?: Clock | undefined;
  /** How many tasks may die in a run, killed at any action; none by default. */
  readonly deaths?: number | undefined;
  /** After how many operations a run is cut; 10,000 by default. */
  readonly stepLimit?: number | undefined;
  /** Whether races, leaks and the invariant are looked at; true by default. */
  readonly checks?: boolean | undefined;
  /** Whether the bug is looked for with smaller parameters, too; true by default. */
  readonly shrink?: boolean | undefined;
  /** Whether to go on after a bug, up to the budget, so that the outcomes are complete; false by default. */
  readonly keepGoing?: boolean | undefined;
  /**
   * Makes what is told of each schedule that is run to its end, anew where exploring begins again; not of those that workers
   * run, nor of those that make a bug's schedule smaller.
   */
  readonly watch?: (() => (run: ExploredRun) => void) | undefined;
}

const BUDGET = 10_000;
const MOST_BUDGET = 1_000_000_000;
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
  return yield* exploreBy(program, options, goHere);
}

/**
 * The same with runs that are performed elsewhere; a slice then says until when there is nothing to do.
 *
 * @throws {RangeError} where the settings, the budget or the strategy make no sense; one of your own stays here.
 */
export function* exploreShared(
  program: AnyProgram,
  options: ExploreOptions,
  shared: { readonly workers: Workers; readonly sizes?: Sizes | undefined },
): Slices<ExploreResult> {
  return yield* exploreBy(program, options, (search, going) => {
    const { strategy } = going;
    if (typeof strategy !== "string") {
      throw new RangeError(
        `Cannot explore ${program.name} on workers: the strategy is an object, one of ${
          strategies.join(", ")
        } is wanted`,
      );
    }
    return goSplit(search, { ...going, ...shared, strategy });
  });
}

/** How the runs of a search are performed. */
type Go = (search: Search, going: Going) => Slices<SplitEnd>;

interface Going {
  readonly strategy: Strategy | Scheduler;
  readonly limits: SearchLimits;
  readonly request: Omit<ShareRequest, "share">;
}

/** Performs them here. */
function* goHere(search: Search, { strategy, limits, request }: Going): Slices<SplitEnd> {
  const schedulers = schedulersOf(strategy, request.settings.seed);
  return { ended: yield* search.goInSlices(schedulers, limits), schedulers };
}

function* exploreBy(program: AnyProgram, options: ExploreOptions, go: Go): Slices<ExploreResult> {
  for (let looks = NO_LOOKS;;) {
    try {
      return yield* exploreKnowing(program, options, { looks, go });
    } catch (error) {
      // What is not a step of a task draws lots: what is shared, or the reading of the outcome.
      if (error instanceof NondeterminismError) return nothingRun(error.message);
      if (!(error instanceof SeenError)) throw error;
      looks = error.looks;
    }
  }
}

function nothingRun(message: string): ExploredBug {
  const schedule = formatSchedule({ granularity: "operation", departures: [], fingerprint: 0 }, {
    names: [],
    told: [],
  });
  const evidence = { message, schedule, outcome: undefined, preemptions: 0, steps: 0, minimal: false };
  const ran = { schedules: 0, tooLong: 0, assumptions: [], distinct: 0, outcomes: [] };
  return { verdict: "bug", kind: "nondeterminism", ...evidence, exhausted: false, ...ran };
}

/** The same, given what the tasks look at. */
function* exploreKnowing(
  program: AnyProgram,
  options: ExploreOptions,
  { looks, go }: { readonly looks: Looks; readonly go: Go },
): Slices<ExploreResult> {
  const { strategy = "portfolio", budget = BUDGET, granularity, checks, stepLimit, keepGoing, clock, deaths, find } =
    options;
  check(program, { ...options, strategy, budget });
  const settings = settingsOf(program, options);
  const performed = { granularity, checks, stepLimit, looks, clock, deaths };
  const goal = goalOf(options);
  const search = new Search(program, settings, performed, goal);
  const request = { settings, options: performed, goal, keepGoing: keepGoing ?? false, budget };
  const { ended, schedulers } = yield* go(search, {
    strategy,
    limits: { budget, keepGoing, ran: options.watch?.() },
    request,
  });
  // What a strategy of the user's own leaves out nobody knows.
  const exhausted = ended === "exhausted" && search.tooLong === 0 && typeof strategy === "string";
  const { schedules, found, tooLong, assumptions } = search;
  const { distinct, whole: outcomes, unseen } = search.outcomes;
  const ran = { schedules, tooLong, assumptions, distinct, outcomes };
  const covered = schedulers.find((scheduler) => scheduler instanceof Bounded)?.covered;
  if (found === undefined) {
    const verdict = exhausted ? "proved" : "not-exhausted";
    const missed = schedulers.find((scheduler) => scheduler instanceof Pct)?.missed;
    return { verdict, ...ran, covered: tooLong > 0 ? undefined : covered, unseen, missed };
  }
  // What came to the step limit may have shown it after that.
  const { least, minimal } = yield* shrink(search, { found, covered: tooLong > 0 ? undefined : covered, budget });
  const inOrder = new Search(program, settings, { ...performed, clock: "ordered" }, goal);
  const isInOrder = ({ departures, inTurns, kind }: Found) => {
    const { fault, judged } = inOrder.show(departures, { inTurns, afresh: false });
    return fault === undefined && judged?.finding?.kind === kind;
  };
  const { kind, departures, inTurns, preemptions, steps, race, serial, loop } = least;
  let { message } = least;
  if (kind !== "nondeterminism" && clock !== "ordered" && !isInOrder(least)) {
    // A strategy of the user's own has had its runs.
    const again = typeof strategy === "string" ? strategy : undefined;
    const ordered: ExploreOptions = { ...options, strategy: again, clock: "ordered", watch: undefined };
    const other = yield* exploreKnowing(program, ordered, { looks, go });
    if ("schedule" in other) return { ...other, exhausted, schedules: schedules + other.schedules, distinct, outcomes };
    const isLate = departures.some(({ choice }) => choice === LATER);
    const needs = isLate ? "that time passes where no task waits" : "times out of order";
    message += `; that needs ${needs}: with the earliest first no bug is found`;
  }
  const { schedule, judged } = search.show(departures, { inTurns, afresh: true });
  const evidence = { message, schedule, outcome: judged?.outcome, preemptions, steps, minimal };
  // What outcomes there are depends on the parameters: the same one may be right with others.
  const isSearchedAgain = (options.shrink ?? true) && kind !== "nondeterminism" && typeof find !== "object";
  const smaller = isSearchedAgain ? yield* smallerEvidence(program, { options, settings, least, budget }) : undefined;
  const all = { ...evidence, ...smaller === undefined ? {} : { smaller }, exhausted, ...ran };
  if (typeof find === "object" && kind !== "nondeterminism") return { verdict: "found", ...all };
  return {
    verdict: "bug",
    kind,
    ...race === undefined ? {} : { race, serial: serial ?? false },
    ...loop === undefined ? {} : { loop },
    ...all,
  };
}

/** What is looked for. */
function goalOf({ find, ignore }: ExploreOptions): Goal {
  if (typeof find === "object") return { outcome: dataText(find.outcome) };
  return find === undefined ? { ignore } : { ignore: kinds.filter((kind) => kind !== find) };
}

/** The same with smaller parameters: one after the other is made as small as it can be, until none can. */
function* smallerEvidence(
  program: AnyProgram,
  { options, settings, least, budget }: { options: ExploreOptions; settings: Settings; least: Found; budget: number },
): Slices<SmallerEvidence | undefined> {
  const parameters: Record<string, unknown> = { ...settings.parameters };
  // A strategy of the user's own has had its runs.
  const strategy = typeof options.strategy === "string" ? options.strategy : undefined;
  let smaller: SmallerEvidence | undefined;
  let left = budget;
  for (let shrinks = true; shrinks;) {
    shrinks = false;
    for (const [name, parameter] of Object.entries(program.parameters)) {
      for (const value of smallerValues(parameter, parameters[name])) {
        if (left < 1) return smaller;
        const tried = { ...parameters, [name]: value };
        const budget = Math.min(left, SMALLER_BUDGET);
        const again = {
          ...options,
          strategy,
          parameters: tried,
          budget,
          keepGoing: false,
          shrink: false,
          watch: undefined,
        };
        const result = yield* attempt(program, again);
        left -= Math.max(1, result?.schedules ?? 1);
        if (result === undefined || !("schedule" in result)) continue;
        if (result.verdict === "bug" && rankOf(result) !== rankOf(least)) continue;
        const { message, schedule, outcome, preemptions, steps, minimal } = result;
        smaller = { parameters: tried, message, schedule, outcome, preemptions, steps, minimal };
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
  {
    strategy = "portfolio",
    budget = 1,
    granularity = "operation",
    stepLimit = 1,
    clock = "free",
    deaths = 0,
    find,
    ignore = [],
  }: ExploreOptions,
): void {
  const refuse = (is: string, wanted: string) => {
    throw new RangeError(`Cannot explore ${program.name}: ${is}, ${wanted} is wanted`);
  };
  if (typeof strategy === "string" && !strategies.includes(strategy)) {
    refuse(`strategy ${strategy}`, `one of ${strategies.join(", ")}`);
  }
  if (!(Number.isSafeInteger(budget) && budget >= 1 && budget <= MOST_BUDGET)) {
    refuse(`a budget of ${budget}`, `a whole number from 1 to ${MOST_BUDGET}`);
  }
  if (!(Number.isSafeInteger(stepLimit) && stepLimit >= 1)) {
    refuse(`a step limit of ${stepLimit}`, "a whole number of at least 1");
  }
  if (!(Number.isSafeInteger(deaths) && deaths >= 0)) refuse(`${deaths} deaths`, "a whole number of at least 0");
  if (!clocks.some((known) => known === clock)) refuse(`clock ${clock}`, `one of ${clocks.join(", ")}`);
  if (granularity !== "operation" && granularity !== "word") refuse(`granularity ${granularity}`, "operation or word");
  for (const kind of typeof find === "string" ? [find, ...ignore] : ignore) {
    if (!kinds.includes(kind)) refuse(`${kind} as a kind of bug`, `one of ${kinds.join(", ")}`);
  }
  if (ignore.includes("nondeterminism")) {
    refuse("nondeterminism to be ignored, after which nothing can be trusted", "another kind");
  }
}
