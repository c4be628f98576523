/**
 * Whether a scenario holds in all orders of what the outside completes, for random inputs: as a test of ordinary async code.
 *
 * - Each input is explored by itself. fast-check shrinks the input, the explorer the order, so what is told is small in both.
 * - A failure says what happened, step by step, the schedule, and the seed and path that replay it.
 */

import { PropertyError } from "../errors.ts";
import { type ExploredBug, traceLines } from "../explorer/mod.ts";
import { platform } from "../platform/mod.ts";
import { exploreScenario, type ExploreScenarioOptions, type ScenarioReport } from "../scenario/mod.ts";
import type { Arbitrary, FastCheck } from "./fast_check.ts";
import type { SampleOptions } from "./property.ts";

/** The options of exploring that checking has none of: some are its own, and `timeout` is fast-check's. */
type Unchecked = "input" | "find" | "keepGoing" | "progress" | "timeout";

/** What is checked of a scenario, and how many random inputs there are: 25 by default. */
export type ScenarioCheckOptions<F extends FastCheck = FastCheck> =
  & SampleOptions<F>
  & Omit<ExploreScenarioOptions, Unchecked | "seed">
  & {
    /** What the scenario is handed besides the world; it is explored once where there is none. */
    readonly inputs?: Arbitrary<unknown>;
    /** Decides the chance of the scenario and of the strategies; 0 by default. */
    readonly worldSeed?: number;
  };

/** How many schedules of each input are run at most. */
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
 * Checks a scenario; see the module.
 *
 * @throws {PropertyError} where it shows a bug: with the run, the schedule, the input and what replays it.
 * @throws {ScenarioError} where the module cannot be bundled, has no such scenario, or it uses what the world lacks.
 * @throws {RangeError} where the options make no sense.
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
  } satisfies Record<Exclude<keyof ExploreScenarioOptions, Unchecked>, unknown>;
  const refused: { error?: unknown } = {};
  const property = fc.asyncProperty(inputs ?? fc.constantFrom(undefined), async (input) => {
    const report = await exploreScenario(url, { ...explored, input }).catch((error: unknown) => {
      // What makes no sense is no counterexample.
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
  const replay = `{ ..., seed: ${drawn}, path: ${JSON.stringify(path)} }`;
  const message = [
    `Cannot pass checkScenario with ${found?.report.scenario ?? url}: ${
      found?.message ?? String(errorInstance)
    }, no bug is wanted`,
    ...found?.report.trace === undefined ? [] : traceLines(found.report.trace).map(({ text }) => text),
    ...found === undefined ? [] : [`Schedule: ${found.bug.schedule}`],
    ...inputs === undefined ? [] : [
      `Input after ${runs} ${runs === 1 ? "run" : "runs"}, shrunk ${numShrinks} times:`,
      platform.inspect(input, { breakLength: 120, depth: 8 }),
      `Replay it: checkScenario(${JSON.stringify(url)}, ${replay})`,
    ],
  ];
  throw new PropertyError(message.join("\n"), {
    seed: drawn,
    path,
    cause: found === undefined ? errorInstance : undefined,
  });
}
