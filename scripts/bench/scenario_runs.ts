/**
 * Measures scenarios and prints the tables as JSON, in a separate process, because esbuild is a program.
 */

import fc from "fast-check";
import type { Esbuild, ExploreScenarioOptions } from "../../lib/scenario/mod.ts";
import { exploreScenario } from "../../lib/scenario/mod.ts";
import { ESBUILD } from "../packages.ts";
import { compare, type Table, took } from "./statistics.ts";
import { BALANCE, withdrawals } from "./withdrawals.ts";

const RUNS = 20_000;
const PEER_RUNS = 3000;
const WARMUPS = 2;

const module = import.meta.resolve("./withdrawals.ts");
const rounds = Number(Deno.args[0]);
const esbuild: Esbuild & { stop(): Promise<void> } = await import(ESBUILD);

/** Thousands of runs per second. */
function runs(options: Partial<ExploreScenarioOptions>): () => Promise<number> {
  return async () => {
    const all = { esbuild, strategy: "random", budget: RUNS, keepGoing: true, ...options } as const;
    const started = performance.now();
    const { result: { schedules } } = await exploreScenario(module, all);
    const took = performance.now() - started;
    if (schedules !== RUNS) throw new Error("all runs are wanted");
    return schedules / took;
  };
}

/** The same under fast-check's scheduler, which decides the order of answers. */
async function peer(): Promise<number> {
  const started = performance.now();
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      let balance = BALANCE;
      const read = scheduler.scheduleFunction(() => Promise.resolve(balance));
      const write = scheduler.scheduleFunction((left: number) => Promise.resolve(void (balance = left)));
      await scheduler.waitFor(withdrawals({ read, write }));
    }),
    { numRuns: PEER_RUNS },
  );
  return PEER_RUNS / (performance.now() - started);
}

/** Milliseconds until a scenario without a cached bundle has run once. */
async function cold(): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/cold.ts`;
    await Deno.writeTextFile(path, "export default async ({ io }) => await io('read', () => 1);\n");
    return await took(() => exploreScenario(new URL(path, "file:///").href, { esbuild, budget: 1 }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const figures = await compare({
  "fast-check, scheduler": peer,
  "scenario, io in one step": runs({ input: true }),
  "scenario, act and answer apart": runs({ input: false }),
  "scenario, one run a drain": runs({ input: true, together: false }),
}, { rounds, warmups: WARMUPS });
const starts = await compare({
  "bundled anew": cold,
  "bundled before": () => took(() => exploreScenario(module, { esbuild, input: true, budget: 1 })),
}, { rounds, warmups: WARMUPS });
await esbuild.stop();
const tables: Table[] = [
  { title: "Runs of three withdrawals of two awaits", unit: "thousand/s", figures },
  { title: "A scenario from its start to its first run", unit: "ms", figures: starts },
];
console.log(JSON.stringify(tables));
