/**
 * Checks that a scenario holds in every order of outside events, for random inputs: a test of ordinary async code.
 *
 * - Each input is explored by itself. fast-check shrinks the input, and the explorer shrinks the order, so a failure is
 *   small in both.
 * - A failure gives the events step by step, the schedule, and the seed and path that replay it.
 */

import { PropertyError } from "../errors.ts";
import { type ExploredBug, traceLines } from "../explorer/mod.ts";
import { platform } from "../platform/mod.ts";
import { exploreScenario, type ExploreScenarioOptions, type ScenarioReport } from "../scenario/mod.ts";
import type { Arbitrary, FastCheck } from "./fast_check.ts";
import type { SampleOptions } from "./property.ts";

/**
 * Options of {@linkcode checkScenario}: how to explore, and which random inputs to try (25 by default). Of the options of exploring
 * the check sets some itself, and `timeout` is fast-check's.
 */
export type ScenarioCheckOptions<F extends FastCheck = FastCheck> =
  & SampleOptions<F>
  & Omit<ExploreScenarioOptions, "input" | "find" | "keepGoing" | "progress" | "timeout" | "seed">
  & {
    /** Arbitrary for what the scenario gets besides the world; without it, the scenario is explored once. */
    readonly inputs?: Arbitrary<unknown>;
    /** The seed of random numbers in the scenario and in the strategies; 0 by default. */
    readonly worldSeed?: number;
  };

/** The default number of schedules per input, if there are inputs. */
const BUDGET = 1000;
const NUM_RUNS = 25;

/** A bug that exploring found. */
class FoundBug extends Error {
  readonly report: ScenarioReport;
  readonly bug: ExploredBug;

  constructor(report: ScenarioReport, bug: ExploredBug) {
    super(`${bug.kind}, ${bug.message}`);
    this.report = report;
    this.bug = bug;
  }
}

/**
 * Checks that the scenario of the module at `url` shows no bug in any order of outside events.
 *
 * `budget` is the most schedules per input: 1,000 by default with `inputs`, 10,000 without.
 *
 * @throws {PropertyError} if it shows a bug; the error has the run, the schedule, the input and the line that replays
 * it.
 * @throws {ScenarioError} if the module cannot be bundled or lacks the scenario, or the scenario uses what the world
 * lacks.
 * @throws {RangeError} if an option is out of range.
 */
export async function checkScenario<F extends FastCheck>(url: string, options: ScenarioCheckOptions<F>): Promise<void> {
  const { fc, inputs, worldSeed: seed, budget = inputs === undefined ? undefined : BUDGET, ...rest } = options;
  const { esbuild, cache, name, clock, stepLimit, drain, strategy, ignore, together, ...parameters } = rest;
  const explored = {
    esbuild,
    cache,
    name,
    clock,
    stepLimit,
    drain,
    strategy,
    ignore,
    together,
    seed,
    budget,
  } satisfies Record<
    Exclude<keyof ScenarioCheckOptions, keyof SampleOptions | "inputs" | "worldSeed"> | "seed",
    unknown
  >;
  const refused: { error?: unknown } = {};
  const property = fc.asyncProperty(inputs ?? fc.constantFrom(undefined), async (input) => {
    const report = await exploreScenario(url, { ...explored, input }).catch((error: unknown) => {
      // A misuse is not a counterexample.
      refused.error ??= error;
      throw error;
    });
    if (report.result.verdict === "bug") throw new FoundBug(report, report.result);
  });
  const numRuns = inputs === undefined ? 1 : NUM_RUNS;
  const { failed, errorInstance, counterexample, counterexamplePath, seed: drawn, numRuns: runs, numShrinks } = await fc
    .check(property, { numRuns, ...parameters });
  if (refused.error !== undefined) throw refused.error;
  if (!failed) return;
  const found = errorInstance instanceof FoundBug ? errorInstance : undefined;
  const path = counterexamplePath ?? "";
  const [input] = Array.isArray(counterexample) ? counterexample : [undefined];
  const message = [
    `checkScenario failed for ${found?.report.scenario ?? url}: ${found?.message ?? String(errorInstance)}`,
    ...found === undefined ? [] : bugLines(found),
    ...inputs === undefined ? [] : [
      `Input after ${runs} ${runs === 1 ? "run" : "runs"}, shrunk ${numShrinks} times:`,
      platform.inspect(input, { breakLength: 120, depth: 8 }),
      `Replay it: checkScenario(${JSON.stringify(url)}, { ..., seed: ${drawn}, path: ${JSON.stringify(path)} })`,
    ],
    ...inputs !== undefined || found === undefined ? [] : [
      `Replay it: replayScenario(${JSON.stringify(url)}, ${JSON.stringify(found.bug.schedule)}, { ... })`,
    ],
  ];
  throw new PropertyError(message.join("\n"), {
    seed: drawn,
    path,
    cause: found === undefined ? errorInstance : undefined,
  });
}

/** The run that shows a bug: its rows, what befell it, what its code printed, and its schedule. */
function bugLines({ report: { trace, faults, needsFault, printed }, bug }: FoundBug): string[] {
  const which = faults.length === 1 ? "a fault" : "faults";
  return [
    ...trace === undefined ? [] : traceLines(trace).map(({ text }) => text),
    ...faults.length === 0 ? [] : [`${needsFault ? "It needs" : "This run has"} ${which}: ${faults.join("; ")}`],
    ...printed.length === 0 ? [] : ["It prints:", ...printed.map((text) => `  ${text.replaceAll("\n", "\n  ")}`)],
    `Schedule: ${bug.schedule}`,
  ];
}
