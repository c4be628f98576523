/**
 * Sweeps over the schedules of a scenario: random ones, all with few preemptions, and one fault at every point.
 *
 * - A schedule of the bounded search is a list of deviations from the plain schedule, in which the running task
 *   continues until it blocks or ends, and then the ready task with the lowest number runs. The list alone is enough to
 *   repeat the run.
 * - An error names the scenario, the schedule and the fault, and gives the line that repeats the run.
 *
 * @module
 */

import type { Fault } from "./scenario.ts";
import { seededChooser } from "../../lib/memory/mod.ts";
import { type Finished, type Pick, randomPick, type RunPlan, type ScenarioRuns } from "./scenario_run.ts";

/** At a step, a task that continues in place of the one in the plain schedule. */
export type Deviation = readonly [step: number, task: number];

/** The plain schedule with some deviations. */
export function deviatingPick(deviations: readonly Deviation[], seen?: Pick): Pick {
  const others = new Map(deviations);
  return (ready, current, step) => {
    seen?.(ready, current, step);
    const plain = current !== undefined && ready.includes(current) ? current : ready[0]!;
    return others.get(step) ?? plain;
  };
}

/** Runs one random interleaving. */
export function runSeed(runs: ScenarioRuns, seed: number): Finished {
  return attempt(runs, { pick: randomPick(seed) }, `runs.run({ pick: randomPick(${seed}) })`);
}

/**
 * Runs interleavings with at most `preemptions` switches away from a task that could continue, fewest first: all of
 * them, unless the budget of runs is used up. Returns whether it ran all.
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
    // A random one of those with the fewest: if the budget ends early, the runs so far are a fair sample.
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
 * Strikes with one fault at every opportunity in a seed's interleaving; if the budget of runs is smaller, at some of
 * each kind.
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
  // A fault that does not strike records where it could have.
  const { opportunities } = strike(Infinity);
  for (const at of sample(opportunities, { budget, seed })) strike(at);
}

/** All positions, or as many as the budget allows: evenly for each kind of place, at random within a kind. */
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

/** How late the supervisor is: not at all, a little, more, or until everybody else is done. */
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
