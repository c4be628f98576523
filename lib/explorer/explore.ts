/**
 * Explores a program: runs its interleavings until all have been run, a bug is found, or the budget is spent.
 *
 * - `proved`: all interleavings of this program with this input have been run, or one of each class of interleavings
 *   that differ only in the order of independent actions. `not-exhausted`: no bug was found in the given number of
 *   schedules.
 * - A bug comes with the schedule of fewest preemptions, departures and steps that was found (see `shrink.ts`), as text
 *   for {@linkcode replay}. `minimal` says that all schedules with fewer preemptions have been run and none shows that
 *   kind of bug.
 * - The program, the settings and the options determine the result.
 *
 * Strategies: `depth-first` runs all interleavings; `bounded` runs those without preemptions, then those with one, and
 * so on; `dpor` runs one of each class; `random` picks each step at random; `pos` and `pct` draw priorities;
 * `portfolio` (the default) lets `bounded`, `dpor`, `random`, `pos` and `pct` take turns, one schedule each. A
 * {@linkcode Scheduler} of your own also works.
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
import { type BugKind, kinds, rankOf } from "./finding.ts";
import { Pct } from "./strategies/pct.ts";
import { formatSchedule } from "./schedule.ts";
import { type Looks, NO_LOOKS, SeenError } from "./looks.ts";
import { type Clock, clocks } from "./program_model.ts";
import { LATER, type Scheduler } from "./scheduler.ts";
import { type ExploredRun, type Found, type Goal, Search, type SearchLimits, type Slices, toEnd } from "./search.ts";
import { shrink, smallerValues } from "./shrink.ts";
import { goSplit, type Sizes, type SplitEnd } from "./split/split.ts";
import type { ShareRequest, Workers } from "./split/share.ts";
import { schedulersOf, strategies, type Strategy } from "./strategies/strategies.ts";

/** Options of {@linkcode explore}. */
export interface ExploreOptions extends SettingsOptions {
  /** The name of a strategy, or a scheduler of your own, which proves nothing; `portfolio` by default. */
  readonly strategy?: Strategy | Scheduler | undefined;
  /** The only thing to look for: a kind of bug, or an outcome; by default, any bug. */
  readonly find?: BugKind | { readonly outcome: unknown } | undefined;
  /** The kinds of bugs to ignore; none by default. */
  readonly ignore?: readonly BugKind[] | undefined;
  /** The maximum number of schedules to run; 10,000 by default. */
  readonly budget?: number | undefined;
  /** Where tasks may switch; `operation` by default. */
  readonly granularity?: Granularity | undefined;
  /**
   * The order in which deadlines expire. `free`: any order, and time may pass before any read of the clock. `ordered`:
   * the earliest first, and time passes only while tasks wait. `free` by default. A bug that `ordered` does not show is
   * reported only if no other bug is found, and its message says so.
   */
  readonly clock?: Clock | undefined;
  /** How many tasks may die in a run, each at any action; none by default. */
  readonly deaths?: number | undefined;
  /** The number of operations after which a run is cut off; 10,000 by default. */
  readonly stepLimit?: number | undefined;
  /** Whether to check for races and leaks, and the invariant; true by default. */
  readonly checks?: boolean | undefined;
  /** Whether to look for the bug with smaller parameters too; true by default. */
  readonly shrink?: boolean | undefined;
  /** Whether to continue after a bug until the budget is spent, so that the outcomes are complete; false by default. */
  readonly keepGoing?: boolean | undefined;
  /**
   * Creates a function to call for each schedule run to its end; a new one is created if exploring starts over. It is
   * not called for schedules that workers run, or for those that make a bug's schedule smaller.
   */
  readonly watch?: (() => (run: ExploredRun) => void) | undefined;
}

const BUDGET = 10_000;
const MOST_BUDGET = 1_000_000_000;
/** The budget, in schedules, for each set of smaller parameters. */
const SMALLER_BUDGET = 1000;

/**
 * Runs the interleavings of a program until all have been run, a bug is found, or the budget is spent.
 *
 * @throws {RangeError} if the settings, the budget or the strategy is invalid.
 */
export function explore(program: AnyProgram, options: ExploreOptions = {}): ExploreResult {
  return toEnd(exploreInSlices(program, options));
}

/**
 * Does the same as {@linkcode explore} in slices of a few runs, so that the caller can do other things between them. If
 * the caller sends `true` after a slice, the search stops and returns what it has found so far.
 *
 * @throws {RangeError} if the settings, the budget or the strategy is invalid.
 */
export function* exploreInSlices(program: AnyProgram, options: ExploreOptions = {}): Slices<ExploreResult> {
  return yield* exploreBy(program, options, goHere);
}

/**
 * Does the same as {@linkcode exploreInSlices}, with runs performed by workers. If there is nothing to do here, a slice
 * yields the promise to wait for, as `until`.
 *
 * @throws {RangeError} if the settings, the budget or the strategy is invalid, or the strategy is an object: workers
 * need the name of one.
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

/** Performs the runs of a search. */
type Go = (search: Search, going: Going) => Slices<SplitEnd>;

interface Going {
  readonly strategy: Strategy | Scheduler;
  readonly limits: SearchLimits;
  readonly request: Omit<ShareRequest, "share">;
}

/** Performs the runs in this realm. */
function* goHere(search: Search, { strategy, limits, request }: Going): Slices<SplitEnd> {
  const schedulers = schedulersOf(strategy, request.settings.seed);
  return { ended: yield* search.goInSlices(schedulers, limits), schedulers };
}

function* exploreBy(program: AnyProgram, options: ExploreOptions, go: Go): Slices<ExploreResult> {
  for (let looks = NO_LOOKS;;) {
    try {
      return yield* exploreKnowing(program, options, { looks, go });
    } catch (error) {
      // Code other than a task's steps used chance: the declaration of what is shared, or the reading of the outcome.
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
  return { verdict: "bug", kind: "nondeterminism", ...evidence, foundAt: 0, exhausted: false, ...ran };
}

/** Explores, given what the tasks are known to look at. */
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
  // A user's own strategy may leave out any runs.
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
  // A run that reached the step limit may have shown the bug after it.
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
    if ("schedule" in other) {
      const foundAt = schedules + other.foundAt;
      return { ...other, exhausted, foundAt, schedules: schedules + other.schedules, distinct, outcomes };
    }
    const isLate = departures.some(({ choice }) => choice === LATER);
    const needs = isLate ? "that time passes where no task waits" : "times out of order";
    message += `; that needs ${needs}: with the earliest first no bug is found`;
  }
  const { schedule, judged } = search.show(departures, { inTurns, afresh: true });
  const evidence = { message, schedule, outcome: judged?.outcome, preemptions, steps, minimal };
  // The outcomes depend on the parameters: an outcome may be correct with other parameters.
  const isSearchedAgain = (options.shrink ?? true) && kind !== "nondeterminism" && typeof find !== "object";
  const smaller = isSearchedAgain ? yield* smallerEvidence(program, { options, settings, least, budget }) : undefined;
  const all = { ...evidence, ...smaller === undefined ? {} : { smaller }, foundAt: search.foundAt, exhausted, ...ran };
  if (typeof find === "object" && kind !== "nondeterminism") return { verdict: "found", ...all };
  return {
    verdict: "bug",
    kind,
    ...race === undefined ? {} : { race, serial: serial ?? false },
    ...loop === undefined ? {} : { loop },
    ...all,
  };
}

/** The goal of the search. */
function goalOf({ find, ignore }: ExploreOptions): Goal {
  if (typeof find === "object") return { outcome: dataText(find.outcome) };
  return find === undefined ? { ignore } : { ignore: kinds.filter((kind) => kind !== find) };
}

/**
 * Looks for the bug with smaller parameters: makes one after another as small as possible, until none can be made
 * smaller.
 */
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

/** The result with other parameters; undefined if the program refuses them. */
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
