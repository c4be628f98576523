/**
 * Explores a scenario: runs ordinary async code, unchanged, in all orders in which the outside world can complete its
 * requests.
 *
 * - A scenario is an async function that a module exports; it receives a {@linkcode World}. Its imports, including npm
 *   packages, run unchanged in a realm whose clocks, chance and completions are the world's (`realm.ts`).
 * - `proved`: all orders of completions were run, and the scenario's assertions hold in each. A bug comes with the
 *   schedule of fewest deviations from the default order that was found, as text for {@linkcode replayScenario}.
 * - A scenario may request faults. Then `proved` covers all orders with at most that many faults, and a bug lists the
 *   faults of its run.
 * - The caller provides esbuild. The module, the input, the seed and the options determine the result.
 * - Longer than most files because exploring and replaying prepare the same run, and judge and report it in the same
 *   way.
 */

import {
  type BugKind,
  type Clock,
  clocks,
  type Departure,
  type ExploreResult,
  type Finding,
  kinds,
  parseSchedule,
  printOf,
  type RunTrace,
  type Scheduler,
  shrink,
  type Slices,
  type Strategy,
  teamsOf,
  unreduced,
} from "../explorer/mod.ts";
import { dataText } from "../program/mod.ts";
import { type Bundle, bundled } from "./bundle.ts";
import { chainNames, MOST_CHAINS } from "./chains.ts";
import type { Esbuild } from "./esbuild.ts";
import { type Drain, drains, NeedsCompiledError, NeedsModuleError, NeedsTextError, NeedsTurnError } from "./ground.ts";
import { Evidence } from "./evidence.ts";
import { findingOf, type ScenarioGoal } from "./goal.ts";
import { HOST_NAMES } from "./host_names.ts";
import { inTurns } from "./in_turns.ts";
import { Realm } from "./realm.ts";
import { Rejections } from "./rejections.ts";
import type { Performed } from "./live.ts";
import { Rounds, type RoundsOptions } from "./rounds.ts";
import { scenarioOf, targetOf } from "./scenario_of.ts";
import { ScenarioSearch, type ScenarioWorkers } from "./search.ts";
import { requestData, type ScenarioRequest } from "./shares.ts";
import { scenarioTrace } from "./trace.ts";
import { waitsOf } from "./waits.ts";
import { worldText } from "./world_text.ts";

/** Options for running a scenario. */
export interface ScenarioRunOptions {
  /** The esbuild module. */
  readonly esbuild: Esbuild;
  /** A folder that keeps bundles for later processes; none by default. */
  readonly cache?: string | undefined;
  /**
   * The name of the scenario among the module's exports; by default the default export, or else the only exported
   * function.
   */
  readonly name?: string | undefined;
  /** The second argument of the scenario, a structured-cloneable value; `undefined` by default. */
  readonly input?: unknown;
  /** The seed of all chance; 0 by default. */
  readonly seed?: number | undefined;
  /** The order in which timers fire: the earliest first (`ordered`, the default) or any (`free`). */
  readonly clock?: Clock | undefined;
  /** The number of completions after which a run is cut off; 10,000 by default. */
  readonly stepLimit?: number | undefined;
  /**
   * How long code may run before it waits, in milliseconds; 1,000 by default. In a browser, nothing ends an endless
   * loop; with drain `turn`, nothing but Deno ends one that follows a wait.
   */
  readonly timeout?: number | undefined;
  /**
   * What drains microtasks: a queue of their own (`own-queue`), or turns of the event loop in the caller's realm
   * (`turn`), where `Request`, streams and the like are the platform's. By default the queue, unless the scenario uses
   * something only `turn` has.
   */
  readonly drain?: Drain | undefined;
}

/** Options of {@linkcode exploreScenario}. */
export interface ExploreScenarioOptions extends ScenarioRunOptions {
  /**
   * The name of a strategy, or a scheduler of your own, which proves nothing; `portfolio` by default. `dpor` is
   * refused.
   */
  readonly strategy?: Strategy | Scheduler | undefined;
  /** The only thing to look for: a kind of bug, or an outcome; by default, any bug. */
  readonly find?: BugKind | { readonly outcome: unknown } | undefined;
  /** The kinds of bugs to ignore; none by default. */
  readonly ignore?: readonly BugKind[] | undefined;
  /** The maximum number of schedules to run; 10,000 by default. */
  readonly budget?: number | undefined;
  /** Whether to continue after a bug until the budget is spent, so that the outcomes are complete; false by default. */
  readonly keepGoing?: boolean | undefined;
  /** Whether runs share their drains, which is faster and gives the same result; true by default. */
  readonly together?: boolean | undefined;
  /** Called from time to time with the number of schedules run so far; if it returns true, the search stops. */
  readonly progress?: ((schedules: number) => boolean | void) | undefined;
}

/** The result of exploring a scenario. */
export interface ScenarioReport {
  /** The name of the scenario. */
  readonly scenario: string;
  /** The module's URL. */
  readonly module: string;
  /** The result; preemptions are deviations from the order of the requests. */
  readonly result: ExploreResult;
  /** What drained microtasks. */
  readonly drain: Drain;
  /** Whether any run called `expect`; if not, only errors, hangs and leaks can be bugs. */
  readonly callsExpect: boolean;
  /** The trace of the run that shows the bug, if there is one. */
  readonly trace: RunTrace | undefined;
  /** The faults in that run. */
  readonly faults: readonly string[];
  /** Whether it is certain that the bug needs a fault: no order alone shows it. */
  readonly needsFault: boolean;
  /** The lines that the code printed in that run. */
  readonly printed: readonly string[];
}

/** The result of replaying a scenario. */
export interface ScenarioReplay {
  /** The name of the scenario. */
  readonly scenario: string;
  /** The value that the scenario returned; undefined if it did not return. */
  readonly outcome: unknown;
  /** The bug that it shows, if any. */
  readonly finding: Finding | undefined;
  /** The number of deviations from the order of the requests. */
  readonly preemptions: number;
  /** The faults in the run. */
  readonly faults: readonly string[];
  /** The trace of the run. */
  readonly trace: RunTrace;
  /** The lines that the code printed. */
  readonly printed: readonly string[];
}

const BUDGET = 10_000;
const MOST_BUDGET = 1_000_000_000;
const STEPS = 10_000;
const TIMEOUT = 1000;

/**
 * Runs a scenario in the orders in which its requests can complete, until all orders have been run, a bug is found, or
 * the budget is spent.
 *
 * @throws {ScenarioError} if the module cannot be bundled or has no such scenario, or if the scenario uses something
 * the world lacks.
 * @throws {RangeError} if an option is invalid.
 */
export async function exploreScenario(url: string, options: ExploreScenarioOptions): Promise<ScenarioReport> {
  return await exploreScenarioShared(url, options, () => undefined);
}

/**
 * Explores a scenario on workers. `workersOf` creates the workers that perform shares, from the data of the search,
 * which a guest passes to `prepare` of {@linkcode scenarioShares}.
 *
 * @throws {ScenarioError} as {@linkcode exploreScenario} does.
 * @throws {RangeError} if an option is invalid.
 */
export async function exploreScenarioShared(
  given: string,
  options: ExploreScenarioOptions,
  workersOf: (search: unknown) => ScenarioWorkers | undefined,
): Promise<ScenarioReport> {
  check(given, options);
  const { url, name: asked } = targetOf(given, options.name);
  const { strategy = "portfolio", budget = BUDGET, seed = 0, keepGoing, progress, find } = options;
  const goal = goalOf(options);
  return await prepared(
    url,
    { ...options, name: asked, goal },
    async ({ name, drain, search, evidence, waits, request }) => {
      const drive = <T>(slices: Slices<T>) => driven(slices, progress);
      const teams = teamsOf(strategy, seed);
      const ended = await drive(search.go(teams, { budget, keepGoing }, workersOf(requestData(request))));
      const { covered, tally } = search;
      const { schedules, found, tooLong, assumptions, callsExpect } = tally;
      const exhausted = ended === "exhausted" && tooLong === 0 && typeof strategy === "string";
      const { distinct, whole: outcomes, unseen } = tally.outcomes;
      const ran = { schedules, tooLong, assumptions, distinct, outcomes };
      const whole = { scenario: name, module: url, drain, callsExpect };
      if (found === undefined) {
        const verdict = exhausted ? "proved" as const : "not-exhausted" as const;
        const result = { verdict, ...ran, covered, unseen, missed: undefined };
        return { ...whole, result, trace: undefined, faults: [], needsFault: false, printed: [] };
      }
      const { least: shrunk, minimal } = await drive(shrink(evidence, { found, covered, budget }));
      const { least, needsFault } = await drive(evidence.withoutFaults(shrunk, { budget }));
      const { performed, schedule } = await drive(evidence.show(least.departures));
      const { kind, preemptions, steps } = least;
      const { judged, faults, printed } = performed;
      // A difference between runs of the same order is not a bug of the order.
      const again = findingOf(performed, goal);
      const isSame = again?.kind === kind;
      const hangs = isSame && kind === "hang" ? await waits(least.departures, performed) : [];
      const message = isSame
        ? [again.message, ...hangs].join("\n")
        : `the same order comes to ${again?.kind ?? "no bug"} when it is run again`;
      const shown = { message, schedule, outcome: judged.outcome, preemptions, steps, minimal: minimal && isSame };
      const all = { ...shown, foundAt: tally.foundAt, exhausted, ...ran };
      const result: ExploreResult = !isSame
        ? { verdict: "bug", kind: "nondeterminism", ...all }
        : typeof find === "object"
        ? { verdict: "found", ...all }
        : { verdict: "bug", kind, ...all };
      return { ...whole, result, trace: scenarioTrace(performed), faults, needsFault, printed };
    },
  );
}

/**
 * Runs a scenario once, following a schedule.
 *
 * @throws {ScenarioError} as {@linkcode exploreScenario} does.
 * @throws {RangeError} if the text is not a schedule, or is one of another scenario, version or input.
 */
export async function replayScenario(
  given: string,
  schedule: string,
  options: ScenarioRunOptions,
): Promise<ScenarioReplay> {
  const { departures, timersFree, print } = parseSchedule(schedule, chainNames(MOST_CHAINS));
  const clock = timersFree ? "free" : "ordered";
  const { url, name: asked } = targetOf(given, options.name);
  return await prepared(
    url,
    { ...options, name: asked, clock, goal: { ignore: [] } },
    async ({ name, evidence, waits }) => {
      const { performed, fingerprint, fault } = await driven(evidence.show(departures));
      const is = fault ?? (printOf(fingerprint) === print ? undefined : "other things come from outside");
      if (is !== undefined) {
        throw new RangeError(
          `Cannot replay ${schedule} on ${name}: ${is}, the scenario and the code that it was found for are wanted`,
        );
      }
      const { judged: { outcome, finding: found }, preemptions, faults, printed } = performed;
      const hangs = found?.kind === "hang" ? await waits(departures, performed) : [];
      const finding = found && { ...found, message: [found.message, ...hangs].join("\n") };
      return { scenario: name, outcome, finding, preemptions, faults, trace: scenarioTrace(performed), printed };
    },
  );
}

interface Preparing extends ScenarioRunOptions {
  readonly goal: ScenarioGoal;
  readonly together?: boolean | undefined;
}

interface Prepared {
  readonly name: string;
  readonly drain: Drain;
  readonly search: ScenarioSearch;
  readonly evidence: Evidence;
  readonly request: ScenarioRequest;
  /** The waits of a run that hangs, one line each. */
  readonly waits: (departures: readonly Departure[], performed: Performed) => Promise<readonly string[]>;
}

/**
 * Prepares a scenario and passes it to `use`: drained by turns if requested, or if the world of its own queue lacks
 * something.
 */
async function prepared<T>(
  url: string,
  options: Preparing,
  use: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  const byTurns = () => afterOthers(() => compiledFirst(() => preparedOn("turn", { url, options, modules, use })));
  const modules = new Map<string, Bundle>();
  let isDynamic = false;
  if (options.drain === "turn") return await byTurns();
  for (;;) {
    try {
      return await preparedOn("own-queue", { url, options, modules, isDynamic, use });
    } catch (error) {
      if (error instanceof NeedsTextError && !isDynamic) isDynamic = true;
      else if (error instanceof NeedsModuleError && !modules.has(error.module)) {
        modules.set(
          error.module,
          await bundled(error.module, options.esbuild, { isWorker: true, cache: options.cache }),
        );
      } else if (options.drain === undefined && error instanceof NeedsTurnError) return await byTurns();
      else throw error;
    }
  }
}

/** Calls a function, and calls it again each time it needs compiled code that takes turns to prepare. */
async function compiledFirst<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof NeedsCompiledError)) throw error;
      await error.compile();
    }
  }
}

// Errors in the caller's own realm are attributed to the exploration in progress there, so there is one at a time.
let last: Promise<unknown> = Promise.resolve();

async function afterOthers<T>(act: () => Promise<T>): Promise<T> {
  const before = last;
  const { promise, resolve } = Promise.withResolvers<void>();
  last = promise;
  await before;
  try {
    return await act();
  } finally {
    resolve();
  }
}

/** Bundles a module and creates a realm for it, for as long as `use` needs them. */
async function preparedOn<T>(
  drain: Drain,
  { url, options, modules, isDynamic = false, use }: {
    readonly url: string;
    readonly options: Preparing;
    /** The modules that workers run. */
    readonly modules: ReadonlyMap<string, Bundle>;
    /** Whether code is created from strings. */
    readonly isDynamic?: boolean;
    readonly use: (prepared: Prepared) => Promise<T>;
  },
): Promise<T> {
  const { esbuild, cache, input, seed = 0, clock = "ordered", stepLimit = STEPS, timeout = TIMEOUT, goal, together } =
    options;
  const [bundle, world] = await Promise.all([bundled(url, esbuild, { cache }), worldText(esbuild, { cache })]);
  const { ignore } = goal;
  // The module must be evaluated to tell functions from other exports.
  const functions = () => {
    const parts = { world, bundle, seed, drain: "own-queue", modules, isDynamic } as const;
    try {
      return new Realm(parts).functions(timeout);
    } catch (error) {
      // Only a queue of its own evaluates a module at once.
      if (error instanceof NeedsTurnError) return undefined;
      throw error;
    }
  };
  const { name, title } = scenarioOf(bundle, { asked: options.name, functions });
  const listening: Rejections[] = [];
  const listen = (owns: (promise: unknown) => boolean) => {
    const rejections = new Rejections(owns, { hearsErrors: drain === "turn" });
    listening.push(rejections);
    return rejections;
  };
  try {
    const how: RoundsOptions = {
      bundle,
      world,
      modules,
      isDynamic,
      hostNames: HOST_NAMES,
      seed,
      name,
      title,
      input,
      clock,
      stepLimit,
      timeout,
      ignore,
      drain,
      isTogether: together ?? true,
    };
    const rounds = new Rounds(how, listen);
    const waits: Prepared["waits"] = async (departures, { fingerprint: print }) => {
      return await inTurns(waitsOf(departures, { print, options: how, listen }));
    };
    const settings = { name, timersFree: clock === "free", goal, seed };
    const search = new ScenarioSearch(rounds, settings);
    const evidence = new Evidence(rounds, { settings, tally: search.tally });
    return await use({ name: title, drain, request: { how, settings }, waits, search, evidence });
  } finally {
    for (const rejections of listening) rejections[Symbol.dispose]();
  }
}

/** Runs all slices, each in a turn of the event loop; `progress` may stop them. */
function driven<T>(slices: Slices<T>, progress?: ExploreScenarioOptions["progress"]): Promise<T> {
  return inTurns(slices, ({ schedules }) => progress?.(schedules) === true);
}

function goalOf({ find, ignore = [] }: ExploreScenarioOptions): ScenarioGoal {
  if (typeof find === "object") return { outcome: dataText(find.outcome), ignore: kinds };
  return find === undefined ? { ignore } : { ignore: kinds.filter((kind) => kind !== find) };
}

function check(
  url: string,
  { strategy = "portfolio", budget = 1, stepLimit = 1, timeout = 1, clock = "ordered", drain, find, ignore = [] }:
    ExploreScenarioOptions,
): void {
  const refuse = (is: string, wanted: string) => {
    throw new RangeError(`Cannot explore ${url}: ${is}, ${wanted} is wanted`);
  };
  if (!URL.canParse(url)) refuse("it is no URL", 'one such as import.meta.resolve("./scenario.ts")');
  if (typeof strategy === "string" && !unreduced.includes(strategy)) {
    refuse(`strategy ${strategy}`, `one of ${unreduced.join(", ")}`);
  }
  if (!(Number.isSafeInteger(budget) && budget >= 1 && budget <= MOST_BUDGET)) {
    refuse(`a budget of ${budget}`, `a whole number from 1 to ${MOST_BUDGET}`);
  }
  if (!(Number.isSafeInteger(stepLimit) && stepLimit >= 1)) {
    refuse(`a step limit of ${stepLimit}`, "a whole number of at least 1");
  }
  if (!(timeout > 0 && timeout < 2 ** 31)) refuse(`a timeout of ${timeout} ms`, "a number above 0");
  if (drain !== undefined && !drains.includes(drain)) refuse(`drain ${drain}`, `one of ${drains.join(", ")}`);
  if (!clocks.includes(clock)) refuse(`clock ${clock}`, `one of ${clocks.join(", ")}`);
  for (const kind of typeof find === "string" ? [find, ...ignore] : ignore) {
    if (!kinds.includes(kind)) refuse(`${kind} as a kind of bug`, `one of ${kinds.join(", ")}`);
  }
}
