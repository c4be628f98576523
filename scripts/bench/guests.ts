/**
 * Measures what later replies and shared guests gain for delegated systems: rates by latency, and steps by the number
 * of guests.
 */

import { delegate, type DelegateOptions, DiagramBuilder, Host, loadSystem, Simulator, type System } from "../../mod.ts";
import { compare, type Table, took } from "./statistics.ts";

const PERIOD = 0.002;
const UNEVEN = import.meta.resolve("./uneven_system.ts");

/**
 * The rate, by latency, of two systems whose updates alternate between 0.2 and 1.6 periods, one long while the other is
 * short.
 */
export async function ratesByLatency({ rounds }: { readonly rounds: number }): Promise<Table> {
  const steps = 200;
  await using host = new Host();
  const systems = await Promise.all([true, false].map((first) => {
    return loadSystem({ module: UNEVEN, export: "uneven", argument: { period: PERIOD, first } });
  }));
  const rate = (latency: number) => async () => {
    const diagram = beside(systems, () => ({ mode: "thread", period: PERIOD, latency }));
    return steps * PERIOD * 1000 / await advance(diagram, { host, steps });
  };
  const figures = await compare({ "latency 1": rate(1), "latency 2": rate(2), "latency 4": rate(4) }, { rounds });
  return { title: "Two threads that work for 0.2 and 1.6 periods in turn, at 500 Hz", unit: "of real time", figures };
}

/** Steps per second of ten empty systems, each in its own guest, and all in one. */
export async function stepsByGuests({ rounds }: { readonly rounds: number }): Promise<Table> {
  const steps = 500;
  await using host = new Host();
  const gain = await loadSystem({ module: "holdfast:blocks", export: "clock" });
  const systems = Array.from({ length: 10 }, () => gain);
  const rate = (mode: "thread" | "process", guest?: string) => async () => {
    const diagram = beside(systems, () => ({ mode, period: PERIOD, ...guest === undefined ? {} : { guest } }));
    return steps * 1000 / await advance(diagram, { host, steps });
  };
  const figures = await compare({
    "10 threads": rate("thread"),
    "1 thread": rate("thread", "all"),
    "10 processes": rate("process"),
    "1 process": rate("process", "all"),
  }, { rounds });
  return { title: "Ten empty delegated systems", unit: "steps/s", figures };
}

function beside(systems: readonly System[], options: () => DelegateOptions): System {
  const builder = new DiagramBuilder("beside");
  systems.forEach((system, index) => builder.add(`p${index}`, delegate(system, options())));
  return builder.build();
}

/** Milliseconds of an advance. */
async function advance(system: System, { host, steps }: { host: Host; steps: number }): Promise<number> {
  await using simulator = new Simulator(system, { host, clock: host.clock });
  await simulator.initialize();
  return await took(() => simulator.advanceTo(steps * PERIOD));
}
