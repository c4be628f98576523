/**
 * One run as plain data that two runs are compared by.
 *
 * @module
 */

import type { System } from "../../lib/diagram/mod.ts";
import { type Counters, Simulator, type SimulatorOptions } from "../../lib/simulator/mod.ts";

/** What a run gave. */
export interface Outcome {
  readonly columns: readonly string[];
  readonly rows: number[][];
  readonly certificate: string;
  /** The outputs at the end, abstract ones too, by name. */
  readonly final: Readonly<Record<string, unknown>>;
  readonly t: number;
  readonly counters: Counters;
}

/** Gathers what a run gave so far. */
export async function outcomeOf(system: System, simulator: Simulator): Promise<Outcome> {
  return {
    columns: simulator.trace.columns,
    rows: simulator.trace.rows(),
    certificate: await simulator.trace.certificate(),
    final: structuredClone(
      Object.fromEntries(Object.keys(system.outputs).map((port) => [port, simulator.context.output(port)])),
    ),
    t: simulator.context.t,
    counters: simulator.counters,
  };
}

/** Runs a system up to the last of these times, with a boundary at each. */
export async function simulate(
  system: System,
  options: SimulatorOptions & { until: readonly number[]; fixed?: Readonly<Record<string, unknown>> },
): Promise<Outcome> {
  const { until, fixed = {}, ...rest } = options;
  await using simulator = new Simulator(system, rest);
  for (const [input, value] of Object.entries(fixed)) simulator.fix(input, value);
  await simulator.initialize();
  for (const t of until) await simulator.advanceTo(t);
  return await outcomeOf(system, simulator);
}
