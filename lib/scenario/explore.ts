/**
 * Explores a scenario: ordinary async code, unchanged, under all orders in which the outside can complete what it asks for.
 *
 * - A scenario is an async function that a module exports; see {@linkcode World} for what it is handed. What it imports, npm
 *   packages too, runs as it is, in a realm with clocks, chance and completions of the world (`realm.ts`).
 * - `proved`: all orders of completions were run, and what this scenario asserts holds in each. A bug comes with the schedule of
 *   fewest deviations from "in order" that was found, as a text that {@linkcode replayScenario} takes.
 * - A scenario may ask for faults. Then `proved` is of all orders with as many of them, and a bug says which it shows with.
 * - esbuild is handed in. Module, input, seed and options decide the result.
 * - Longer than most files because exploring and replaying prepare the same run, and judge and tell it in the same way.
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
import { inTurns } from "./in_turns.ts";
import { Realm } from "./realm.ts";
import { Rejections } from "./rejections.ts";
import type { Performed } from "./live.ts";
import { Rounds, type RoundsOptions } from "./rounds.ts";
import { scenarioOf } from "./scenario_of.ts";
import { ScenarioSearch, type ScenarioWorkers } from "./search.ts";
import { requestData, type ScenarioRequest } from "./shares.ts";
import { scenarioTrace } from "./trace.ts";
import { waitsOf } from "./waits.ts";
import { worldText } from "./world_text.ts";

/** How a scenario is run. */
export interface ScenarioRunOptions {
  /** esbuild. */
  readonly esbuild: Esbuild;
  /** A folder in which bundles are kept for the next process; none by default. */
  readonly cache?: string | undefined;
  /** The name of the scenario among the exports; the default export, else the only exported function by default. */
  readonly name?: string | undefined;
  /** What the scenario is handed besides the world: a value that can be cloned; `undefined` by default. */
  readonly input?: unknown;
  /** Decides all chance; 0 by default. */
  readonly seed?: number | undefined;
  /** In which order timers come: the earliest first (`ordered`, by default) or any (`free`). */
  readonly clock?: Clock | undefined;
  /** After how many completions a run is cut; 10,000 by default. */
  readonly stepLimit?: number | undefined;
  /**
   * For how many milliseconds code may run before it waits; 1,000 by default. In a browser nothing ends an endless loop.
   */
  readonly timeout?: number | undefined;
  /**
   * What drains microtasks: a queue of their own (`own-queue`), or turns of the event loop in the caller's own realm (`turn`), where
   * `Request`, streams and the like are the platform's. By default the queue, unless the scenario uses what only the other has.
   */
  readonly drain?: Drain | undefined;
}

/** How a scenario is explored. */
export interface ExploreScenarioOptions extends ScenarioRunOptions {
  /** The way through the orders, or one of your own, which proves nothing; `portfolio` by default; `dpor` is refused. */
  readonly strategy?: Strategy | Scheduler | undefined;
  /** What is looked for, and nothing else: a kind of bug, or an outcome; by default any bug. */
  readonly find?: BugKind | { readonly outcome: unknown } | undefined;
  /** The kinds of bugs that do not count; none by default. */
  readonly ignore?: readonly BugKind[] | undefined;
  /** How many schedules to run at most; 10,000 by default. */
  readonly budget?: number | undefined;
  /** Whether to go on after a bug, up to the budget, so that the outcomes are complete; false by default. */
  readonly keepGoing?: boolean | undefined;
  /** Whether runs share their drains, which is faster and shows the same; true by default. */
  readonly together?: boolean | undefined;
  /** Told how far it is; where it gives true, what is left is not looked at. */
  readonly progress?: ((schedules: number) => boolean | void) | undefined;
}

/** What exploring a scenario came to. */
export interface ScenarioReport {
  /** The name of the scenario. */
  readonly scenario: string;
  /** The module's URL. */
  readonly module: string;
  /** What it came to. Preemptions are deviations from the order in which things were asked for. */
  readonly result: ExploreResult;
  /** What drained microtasks. */
  readonly drain: Drain;
  /** Whether any run called `expect`; else only what is thrown, hangs or is left over is a bug. */
  readonly callsExpect: boolean;
  /** The run that shows the bug, if there is one. */
  readonly trace: RunTrace | undefined;
  /** What befalls that run, of what the scenario asks for. */
  readonly faults: readonly string[];
  /** Whether it is certain that no order alone shows the bug: it needs a fault. */
  readonly needsFault: boolean;
  /** What the code printed in that run. */
  readonly printed: readonly string[];
}

/** What a schedule of a scenario comes to. */
export interface ScenarioReplay {
  /** The name of the scenario. */
  readonly scenario: string;
  /** What the scenario returned; undefined where it did not. */
  readonly outcome: unknown;
  /** The bug that it shows, if any. */
  readonly finding: Finding | undefined;
  /** How often it deviates from the order. */
  readonly preemptions: number;
  /** What befalls it, of what the scenario asks for. */
  readonly faults: readonly string[];
  /** The run. */
  readonly trace: RunTrace;
  /** What the code printed. */
  readonly printed: readonly string[];
}

const BUDGET = 10_000;
const MOST_BUDGET = 1_000_000_000;
const STEPS = 10_000;
const TIMEOUT = 1000;

/**
 * Explores a scenario.
 *
 * @throws {ScenarioError} where the module cannot be bundled, has no such scenario, or the scenario uses what the world lacks.
 * @throws {RangeError} where the options make no sense.
 */
export async function exploreScenario(url: string, options: ExploreScenarioOptions): Promise<ScenarioReport> {
  return await exploreScenarioShared(url, options, () => undefined);
}

/**
 * The same on workers: `workersOf` gives what performs the shares of a search, whose data guests are given that do what
 * {@linkcode scenarioShares} gives.
 */
export async function exploreScenarioShared(
  url: string,
  options: ExploreScenarioOptions,
  workersOf: (search: unknown) => ScenarioWorkers | undefined,
): Promise<ScenarioReport> {
  check(url, options);
  const { strategy = "portfolio", budget = BUDGET, seed = 0, keepGoing, progress, find } = options;
  const goal = goalOf(options);
  return await prepared(url, { ...options, goal }, async ({ name, drain, search, evidence, waits, request }) => {
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
    // What changes where nothing but the order is open is no bug of the order.
    const again = findingOf(performed, goal);
    const isSame = again?.kind === kind;
    const hangs = isSame && kind === "hang" ? await waits(least.departures, performed) : [];
    const message = isSame
      ? [again.message, ...hangs].join("\n")
      : `the same order comes to ${again?.kind ?? "no bug"} when it is run again`;
    const shown = { message, schedule, outcome: judged.outcome, preemptions, steps, minimal: minimal && isSame };
    const all = { ...shown, exhausted, ...ran };
    const result: ExploreResult = !isSame
      ? { verdict: "bug", kind: "nondeterminism", ...all }
      : typeof find === "object"
      ? { verdict: "found", ...all }
      : { verdict: "bug", kind, ...all };
    return { ...whole, result, trace: scenarioTrace(performed), faults, needsFault, printed };
  });
}

/**
 * Runs a scenario once, as a schedule says.
 *
 * @throws {ScenarioError} see {@linkcode exploreScenario}.
 * @throws {RangeError} where the text is no schedule, or one of another scenario, version or input.
 */
export async function replayScenario(
  url: string,
  schedule: string,
  options: ScenarioRunOptions,
): Promise<ScenarioReplay> {
  const { departures, timersFree, print } = parseSchedule(schedule, chainNames(MOST_CHAINS));
  const clock = timersFree ? "free" : "ordered";
  return await prepared(url, { ...options, clock, goal: { ignore: [] } }, async ({ name, evidence, waits }) => {
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
  });
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
  /** What a run waits for that hangs, a line each. */
  readonly waits: (departures: readonly Departure[], performed: Performed) => Promise<readonly string[]>;
}

/** Has a scenario used: drained by turns where that is asked for, or the world of the own queue lacks something. */
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

/** Does something that may need functions of texts which are not compiled at once: then again, until all are at hand. */
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

// What goes wrong in the caller's own realm is of the exploration that is under way there: so there is one at a time.
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

/** Bundles a module and makes a realm of it, for as long as something uses them. */
async function preparedOn<T>(
  drain: Drain,
  { url, options, modules, isDynamic = false, use }: {
    readonly url: string;
    readonly options: Preparing;
    /** The modules of workers. */
    readonly modules: ReadonlyMap<string, Bundle>;
    /** Whether code is made of texts. */
    readonly isDynamic?: boolean;
    readonly use: (prepared: Prepared) => Promise<T>;
  },
): Promise<T> {
  const { esbuild, cache, input, seed = 0, clock = "ordered", stepLimit = STEPS, timeout = TIMEOUT, goal, together } =
    options;
  const [bundle, world] = await Promise.all([bundled(url, esbuild, { cache }), worldText(esbuild, { cache })]);
  const { ignore } = goal;
  // Functions are told from other exports by evaluating the module.
  const functions = () => {
    const parts = { world, bundle, seed, drain: "own-queue", modules, isDynamic } as const;
    try {
      return new Realm(parts).functions(timeout);
    } catch (error) {
      // Without a queue of its own no module is evaluated at once.
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

/** Does all slices, each in a turn of the event loop; whoever is told of the progress may stop them. */
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
