/**
 * Sweeps over the schedules of a scenario: random ones, all with few preemptions, and one fault at every point.
 *
 * - A schedule of the bounded search is a list of deviations from the plain one, in which the running task goes on until it
 *   blocks or ends and then the ready task with the lowest number does. It is run again from that list alone.
 * - What fails says the scenario, the schedule and the fault, and the line that runs it again.
 *
 * @module
 */

import type { Fault } from "./scenario.ts";
import { seededChooser } from "../../lib/memory/mod.ts";
import { type Finished, type Pick, randomPick, type RunPlan, type ScenarioRuns } from "./scenario_run.ts";

/** At a step, another task goes on than in the plain schedule. */
export type Deviation = readonly [step: number, task: number];

/** The plain schedule but for some deviations. */
export function deviatingPick(deviations: readonly Deviation[], seen?: Pick): Pick {
  const others = new Map(deviations);
  return (ready, current, step) => {
    seen?.(ready, current, step);
    const plain = current !== undefined && ready.includes(current) ? current : ready[0]!;
    return others.get(step) ?? plain;
  };
}

/** One random interleaving. */
export function runSeed(runs: ScenarioRuns, seed: number): Finished {
  return attempt(runs, { pick: randomPick(seed) }, `runs.run({ pick: randomPick(${seed}) })`);
}

/**
 * Interleavings with at most `preemptions` switches away from a task that could go on, the fewest first; all of them
 * unless the budget of runs ends before. Gives whether it did all.
 */
export function runPreemptions(
  runs: ScenarioRuns,
  { preemptions, budget, seed }: { preemptions: number; budget: number; seed: number },
): boolean {
  const choose = seededChooser(seed);
  const frontier: Deviation[][][] = Array.from({ length: preemptions + 1 }, () => []);
  frontier[0]!.push([]);
  for (let count = 0; count < budget; count++) {
    const cost = frontier.findIndex((schedules) => schedules.length > 0);
    const schedules = frontier[cost];
    if (schedules === undefined) return true;
    // Any of those with the fewest: where the budget ends early, what was run is a fair sample.
    const place = choose(schedules.length);
    const deviations = schedules[place]!;
    schedules[place] = schedules.at(-1)!;
    schedules.pop();
    const from = deviations.at(-1)?.[0] ?? -1;
    const note: Pick = (ready, current, step) => {
      if (step <= from || ready.length < 2) return 0;
      const goesOn = current !== undefined && ready.includes(current);
      const next = frontier[cost + (goesOn ? 1 : 0)];
      const plain = goesOn ? current : ready[0];
      for (const task of ready) if (task !== plain) next?.push([...deviations, [step, task]]);
      return 0;
    };
    const pick = deviatingPick(deviations, note);
    attempt(runs, { pick }, `runs.run({ pick: deviatingPick(${JSON.stringify(deviations)}) })`);
  }
  return false;
}

/**
 * One fault at every opportunity in the interleaving of a seed; where the budget of runs is smaller, at some of each kind
 * of place.
 */
export function runFaults(
  runs: ScenarioRuns,
  { kind, task, seed, budget }: Omit<Fault, "at"> & { readonly seed: number; readonly budget: number },
): void {
  const strike = (at: number): Finished => {
    const fault = { kind, task, at };
    const lag = lagOf(seed + at);
    const again = `runs.run({ pick: randomPick(${seed}), fault: ${JSON.stringify(fault)}, lag: ${lag} })`;
    return attempt(runs, { pick: randomPick(seed), fault, lag }, again);
  };
  // A fault that does not strike shows where it could have.
  const { opportunities } = strike(Infinity);
  for (const at of sample(opportunities, { budget, seed })) strike(at);
}

/** All positions, or as many as the budget says: evenly of each kind of place, at random among those of one kind. */
function sample(places: readonly string[], { budget, seed }: { budget: number; seed: number }): number[] {
  if (places.length <= budget) return [...places.keys()];
  const choose = seededChooser(seed);
  const kinds = [...Map.groupBy(places.keys(), (at) => places[at]!).values()];
  const taken: number[] = [];
  while (taken.length < budget) {
    for (const kind of kinds) {
      const [at] = kind.splice(choose(Math.max(1, kind.length)), 1);
      if (at !== undefined) taken.push(at);
    }
  }
  return taken;
}

/** Supervisors come at once, soon, later, and last of all. */
function lagOf(number: number): number {
  const choose = seededChooser(number);
  return [0, choose(8), choose(60), Infinity][choose(4)]!;
}

function attempt(runs: ScenarioRuns, plan: RunPlan, again: string): Finished {
  try {
    return runs.run(plan);
  } catch (cause) {
    const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new Error(`${runs.scenario.name}: ${text}\n  again: ${again}`, { cause });
  }
}
