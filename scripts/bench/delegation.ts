/**
 * Measures what delegation costs: steps of busy systems in each mode, compared with bare fork-joins with the same burn.
 */

import { Host, type ModeName, Simulator } from "../../mod.ts";
import { iterationsFor } from "../cpu_work.ts";
import { busyDiagram } from "../sim/busy.ts";
import { BareProcesses } from "./bare_pipe.ts";
import { BareThreads } from "./bare_thread.ts";
import { type BareWork, IDLE } from "./bare_work.ts";
import { compare, type Table, took } from "./statistics.ts";

const PERIOD = 0.002;
/** Warm-up rounds, until the engine has compiled both sides. */
const WARMUPS = 6;

/** Microseconds per step of `systems` empty systems, for each mode next to its bare fork-join. */
export async function roundTrips(systems: number, options: { rounds: number; steps: number }): Promise<Table[]> {
  const { rounds, steps } = options;
  const micro = (milliseconds: number) => milliseconds * 1000 / steps;
  await using host = new Host();
  const threads = await BareThreads.start(systems, IDLE);
  const processes = new BareProcesses(systems, IDLE);
  try {
    const thread = await compare({
      "bare wait and notify": async () => micro(await took(() => forkJoin(threads, steps))),
      "thread": async () => micro(await advance(host, { mode: "thread", systems, steps, work: IDLE })),
    }, { rounds, warmups: WARMUPS });
    const process = await compare({
      "bare pipes": async () => micro(await took(() => forkJoinAsync(processes, steps))),
      "process": async () => micro(await advance(host, { mode: "process", systems, steps, work: IDLE })),
    }, { rounds, warmups: WARMUPS });
    const title = `A step of ${systems} empty delegated systems`;
    return [{ title, unit: "us", figures: thread }, { title, unit: "us", figures: process }];
  } finally {
    threads.close();
    await processes.close();
  }
}

/** The rate of `systems` at 500 Hz with a wall-clock burn of their period, or with a fixed amount of CPU work. */
export async function burnRates(systems: number, kind: "wall" | "cpu", options: { rounds: number }): Promise<Table> {
  const steps = 250;
  const work = kind === "wall" ? { wall: PERIOD * 1000, cpu: 0 } : { wall: 0, cpu: iterationsFor(PERIOD) };
  const rate = (milliseconds: number) => steps * PERIOD * 1000 / milliseconds;
  await using host = new Host();
  const threads = await BareThreads.start(systems, work);
  const processes = new BareProcesses(systems, work);
  try {
    const figures = await compare({
      "bare threads": async () => rate(await took(() => forkJoin(threads, steps))),
      "bare processes": async () => rate(await took(() => forkJoinAsync(processes, steps))),
      "direct": async () => rate(await advance(host, { mode: "direct", systems, steps, work })),
      "thread": async () => rate(await advance(host, { mode: "thread", systems, steps, work })),
      "process": async () => rate(await advance(host, { mode: "process", systems, steps, work })),
    }, options);
    return { title: `${systems} systems at 500 Hz, ${kind} burn of their period`, unit: "of real time", figures };
  } finally {
    threads.close();
    await processes.close();
  }
}

/** Milliseconds of an advance over that many steps, including the last join, as in a fork-join. */
export async function advance(
  host: Host,
  run: { mode: ModeName; systems: number; steps: number; work: BareWork },
): Promise<number> {
  const { mode, systems, steps, work } = run;
  const burn = work.wall > 0 ? "wall" : work.cpu > 0 ? "cpu" : "none";
  const diagram = await busyDiagram({ systems, period: PERIOD, deterministic: true, burn, work: work.cpu, mode });
  const simulator = new Simulator(diagram, { host, clock: host.clock });
  await simulator.initialize();
  const milliseconds = await took(async () => {
    await simulator.advanceTo(steps * PERIOD);
    // The release of the last request corresponds to the last join of a fork-join.
    await simulator.advancePendingEvents();
  });
  await simulator.end();
  return milliseconds;
}

function forkJoin(threads: BareThreads, steps: number): void {
  for (let step = 0; step < steps; step++) {
    threads.fork();
    threads.join();
  }
}

async function forkJoinAsync(processes: BareProcesses, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    processes.fork();
    await processes.join();
  }
}
