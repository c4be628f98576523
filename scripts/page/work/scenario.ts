/**
 * Explores a scenario for the page, or replays a schedule of one; turns of the worker's event loop drain it.
 *
 * - The result is that of `deno task explore lib/scenario/examples/NAME.ts` with the same options.
 */

import type { ExploreResult, Finding, RunTrace, Strategy, TraceRow } from "../../../lib/explorer/mod.ts";
import { exploreScenario, replayScenario } from "../../../lib/scenario/mod.ts";
import { esbuild } from "../esbuild_wasm.ts";
import type { ScenarioName } from "../scenario_names.ts";
import type { Handler } from "./handler.ts";
import { outcomeText } from "./outcome_text.ts";

/** A scenario with its seed. */
export interface ScenarioSetting {
  readonly scenario: ScenarioName;
  /** Whether to use the corrected twin. */
  readonly fixed: boolean;
  readonly seed: number;
}

/** The kind of request for a scenario. */
export interface ScenarioKind {
  readonly request: ScenarioSetting & {
    /** What to do: replay a schedule, or explore all orders. */
    readonly act: { readonly replay: string } | ScenarioExploring;
  };
  /** How many schedules were run so far. */
  readonly update: number;
  readonly answer: {
    /** The result of exploring; undefined if a schedule is replayed. */
    readonly explored: ScenarioExplored | undefined;
    /** The run of the schedule, if there is one. */
    readonly run: ScenarioRun | undefined;
  };
}

/** How to explore a scenario. */
export interface ScenarioExploring {
  readonly strategy: Strategy;
  readonly budget: number;
  /** Whether to continue after a bug, so that the outcomes are complete. */
  readonly keepGoing: boolean;
  /** The outcome to look for; any bug if absent. */
  readonly find?: { readonly outcome: unknown };
}

/** The result of exploring a scenario. */
export interface ScenarioExplored {
  readonly result: ExploreResult;
  /** Its outcomes as text. */
  readonly texts: readonly string[];
  /** Whether it was stopped early. */
  readonly interrupted: boolean;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** The run of a schedule. */
export interface ScenarioRun {
  readonly schedule: string;
  /** The names of the chains. */
  readonly chains: readonly string[];
  /** The outside events, with the lines of the scenario that asked for them, such as `late_answer.ts:14`. */
  readonly rows: readonly TraceRow[];
  /** The outcome as text; undefined if the scenario does not return. */
  readonly outcome: string | undefined;
  readonly finding: Finding | undefined;
  /** How often it deviates from the order. */
  readonly deviations: number;
  /** The faults in this run. */
  readonly faults: readonly string[];
  /** What the code printed. */
  readonly printed: readonly string[];
}

/** Explores a scenario, or replays its schedule. */
export const scenario: Handler<ScenarioKind> = async ({ scenario, fixed, seed, act }, { update, signal }) => {
  const url = new URL(`./scenarios/${scenario}.ts`, import.meta.url).href;
  const options = { esbuild: await esbuild(), name: fixed ? "fixed" : "default", seed, drain: "turn" } as const;
  if ("replay" in act) {
    const replayed = await replayScenario(url, act.replay, options);
    return { explored: undefined, run: runOf(replayed.trace, { ...replayed, schedule: act.replay }) };
  }
  const started = performance.now();
  const progress = (schedules: number): boolean => {
    update(schedules);
    return signal.aborted;
  };
  const report = await exploreScenario(url, { ...options, ...act, progress });
  const { result, trace } = report;
  const texts = result.outcomes.map(({ outcome }) => outcomeText(outcome));
  const explored = { result, texts, interrupted: signal.aborted, ms: performance.now() - started };
  const run = trace && "schedule" in result ? runOf(trace, { ...report, schedule: result.schedule }) : undefined;
  return { explored, run };
};

function runOf(
  { tasks, rows, outcome, finding, preemptions }: RunTrace,
  { schedule, faults, printed }: Pick<ScenarioRun, "schedule" | "faults" | "printed">,
): ScenarioRun {
  return {
    schedule,
    chains: tasks,
    rows: rows.map((row) => ({ ...row, source: row.source?.replace(/^.*\/([^/]+:\d+):\d+$/, "$1") })),
    outcome: outcome === undefined ? undefined : outcomeText(outcome),
    finding,
    deviations: preemptions,
    faults,
    printed,
  };
}
