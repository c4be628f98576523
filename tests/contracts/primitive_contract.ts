/**
 * The contract of every primitive in each of its scenarios, on model memory, word by word.
 *
 * - With random interleavings, and with all interleavings of at most two preemptions as far as the budget allows: all
 *   tasks end, and the laws hold.
 * - A task dies before each of its operations: the survivors end with a value or a typed error.
 * - A task is interrupted, or times out, at each point at which it waits, or its token is canceled at each point of the
 *   run: nothing is lost, the others end, and the laws hold.
 * - Each operation inside a monitor fails in turn: all tasks end, and none stays asleep at the entrance.
 *
 * ```ts
 * testPrimitive("Lock", [scenario({
 *   name: "two increments",
 *   things: () => ({ guard: lock(), count: cell({ order: "plain" }) }),
 *   tasks: [increment, increment],
 *   atEnd: ({ guard }) => assertEquals(blocking(guard).locked(), false),
 *   afterDeath: "recovers",
 * })]);
 * ```
 *
 * @module
 */

import fc from "fast-check";
import type { Fault, Scenario } from "./scenario.ts";
import { ScenarioRuns } from "./scenario_run.ts";
import { runFaults, runPreemptions, runSeed } from "./schedule_sweep.ts";
import { runs as soaked } from "./soak.ts";

export { type Fault, type RunView, type Scenario, scenario, type ScenarioTask } from "./scenario.ts";

/** How much to run for each scenario, before `soak` multiplies it. */
export interface PrimitiveBudget {
  /** Random interleavings. */
  readonly random?: number;
  /** Runs of the search with few preemptions. */
  readonly preemptions?: number;
  /** Interleavings in which each fault is tried at each point. */
  readonly seeds?: number;
  /** At how many points each fault strikes each task in one interleaving; in soak runs, at every point. */
  readonly points?: number;
}

/** Registers the tests of a primitive. */
export function testPrimitive(
  name: string,
  scenarios: readonly Scenario[],
  { random = 60, preemptions = 500, seeds = 10, points = 16 }: PrimitiveBudget = {},
): void {
  for (const scenario of scenarios) {
    const runs = new ScenarioRuns(scenario);
    const budget = soaked(1) === 1 ? points : Infinity;
    const sweep = (kind: Fault["kind"], tasks: readonly number[]) => {
      const property = fc.property(fc.integer(), (seed) => {
        for (const task of tasks) runFaults(runs, { kind, task, seed, budget });
      });
      fc.assert(property, { numRuns: soaked(seeds), endOnFailure: true });
    };
    const everybody = [...scenario.tasks.keys()];
    const test = (criterion: string, body: () => void) => Deno.test(`${name}, ${scenario.name}: ${criterion}`, body);

    test("all end in random interleavings", () => {
      const property = fc.property(fc.integer(), (seed) => void runSeed(runs, seed));
      fc.assert(property, { numRuns: soaked(random), endOnFailure: true });
    });
    test("all end with at most two preemptions", () => {
      runPreemptions(runs, { preemptions: 2, budget: soaked(preemptions), seed: preemptions });
    });
    test("survivors end after a death before any operation", () => sweep("kill", everybody));
    test("no task stays asleep at a monitor after an operation inside has failed", () => sweep("fail", everybody));
    test("nothing is lost by an interruption at any point of a wait", () => sweep("interrupt", everybody));
    test("nothing is lost by a timeout at any point of a wait", () => sweep("expire", everybody));
    if (runs.cancels) test("nothing is lost by a cancel at any point", () => sweep("cancel", [0]));
  }
}
