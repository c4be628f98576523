/**
 * Explores a scenario for the page, or replays a schedule of one, drained by the turns of the worker's event loop.
 *
 * - What it comes to is what `deno task explore lib/scenario/examples/NAME.ts` comes to with the same options.
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
  /** Whether its twin that is right is meant. */
  readonly fixed: boolean;
  readonly seed: number;
}

/** A scenario, as the app asks for it. */
export interface ScenarioKind {
  readonly request: ScenarioSetting & {
    /** What is done: a schedule is replayed, or all orders are explored. */
    readonly act: { readonly replay: string } | ScenarioExploring;
  };
  /** How many schedules were run so far. */
  readonly update: number;
  readonly answer: {
    /** What exploring came to; undefined where a schedule is replayed. */
    readonly explored: ScenarioExplored | undefined;
    /** The run of the schedule, if there is one. */
    readonly run: ScenarioRun | undefined;
  };
}

/** How a scenario is explored. */
export interface ScenarioExploring {
  readonly strategy: Strategy;
  readonly budget: number;
  /** Whether to go on after a bug, so that the outcomes are complete. */
  readonly keepGoing: boolean;
  /** The outcome that is looked for; any bug where it is absent. */
  readonly find?: { readonly outcome: unknown };
}

/** What exploring a scenario came to. */
export interface ScenarioExplored {
  readonly result: ExploreResult;
  /** Its outcomes as people read them. */
  readonly texts: readonly string[];
  /** Whether it was ended before it was done. */
  readonly interrupted: boolean;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** The run of a schedule. */
export interface ScenarioRun {
  readonly schedule: string;
  /** The names of the chains: what follows one from the other. */
  readonly chains: readonly string[];
  /** What came from outside, with the lines of the scenario that asked for it, such as `late_answer.ts:14`. */
  readonly rows: readonly TraceRow[];
  /** The outcome as text; undefined where the scenario does not return. */
  readonly outcome: string | undefined;
  readonly finding: Finding | undefined;
  /** How often it deviates from the order. */
  readonly deviations: number;
  /** What befalls it, of what the scenario asks for. */
  readonly faults: readonly string[];
  /** What the code printed. */
  readonly printed: readonly string[];
}

/** Explores it, or replays its schedule. */
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
