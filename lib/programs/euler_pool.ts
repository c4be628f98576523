/**
 * The sum of 1/k! by a pool with a shared event: fetches time out, are repeated, and succeed once the event is set.
 *
 * - Each task works until the exit event is set; a fetch before that throws a `WaitTimeoutError` and changes nothing.
 * - The event reaches every task: running tasks end after their current block, and those waiting for a worker sum one
 *   block.
 * - A result may be fetched any number of times.
 */

import { type AnyHostProgram, defineHostProgram, type HostContext, type HostEnd } from "../host/mod.ts";
import { Pool, type PoolFuture } from "../pool/mod.ts";
import { calculateE, E, type Euler, eulerThings, eulerWork, isWholeBlocks, withoutIterations } from "./euler_work.ts";
import { draw, durationOf, type Timed } from "./timed.ts";

const functions = { calculateE, eulerThings };

const parameters = {
  tasks: { default: 2, min: 1, max: 64, description: "how many tasks sum" },
  workers: { default: 2, min: 1, max: 8, description: "how many workers there are" },
  fetches: { default: 2, max: 100, description: "how many times the result is fetched too early" },
  patience: { default: 0.05, max: 60, fraction: true, description: "how long such a fetch waits, in seconds" },
} as const;

interface Outcome {
  /** The errors of the fetches that came too early. */
  readonly early: readonly string[];
  /** How many tasks were running then. */
  readonly running: number;
  /** The sums. */
  readonly results: readonly number[];
  /** The sums, fetched again. */
  readonly again: readonly number[];
  readonly iterations: readonly number[];
}

/** The program `euler-pool`. */
export const eulerPool: AnyHostProgram = defineHostProgram({
  name: "euler-pool",
  claim: "An event ends the tasks of a pool, and a fetch that came too early can be repeated.",
  module: import.meta.url,
  functions,
  parameters,
  main,
  independent: withoutIterations,
  expected: ({ parameters: { tasks, workers, fetches } }) => (outcome) => {
    if ("failed" in outcome) return false;
    const { early, running, results, again, iterations } = outcome;
    return early.length === fetches && early.every((name) => name === "WaitTimeoutError") &&
      running === (fetches === 0 ? 0 : Math.min(tasks, workers)) && results.length === tasks &&
      [...results, ...again].every((e) => e === E) && iterations.every(isWholeBlocks);
  },
});

async function main(context: HostContext<typeof parameters>): Promise<HostEnd<Outcome>> {
  const { mode, host, signal, observe, settings: { parameters: { tasks, workers, fetches, patience } } } = context;
  await using pool = await Pool.open<typeof functions, "eulerThings">({
    mode,
    module: eulerWork,
    workers,
    shared: { export: "eulerThings" },
    host,
  });
  const futures = Array.from({ length: tasks }, () => pool.submit("calculateE", undefined));
  const early: string[] = [];
  let running = 0;
  try {
    for (let fetch = 0; fetch < fetches; fetch++) {
      early.push(await faultOf(futures[fetch % tasks], { timeout: patience, signal }));
      running = futures.filter(({ state }) => state === "running").length;
    }
    signal.throwIfAborted();
  } finally {
    // Otherwise closing the pool would wait forever.
    await pool.shared.exit.set();
  }
  const works = await Promise.all(futures.map((future) => future.result()));
  const again = await Promise.all(futures.map((future) => future.result()));
  const sums = works.map((work) => draw(observe, work));
  return {
    outcome: {
      early,
      running,
      results: sums.map(({ e }) => e),
      again: again.map(({ value }) => value.e),
      iterations: sums.map(({ iterations }) => iterations),
    },
    tables: [{
      title: "Work until the exit event",
      columns: ["task", "worker", "iterations", "ms"],
      rows: works.map((work, task) => [task, work.guest, work.value.iterations, durationOf(work)]),
    }],
  };
}

/** The name of the error that a fetch throws. */
async function faultOf(
  future: PoolFuture<Timed<Euler>> | undefined,
  options: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<string> {
  try {
    await future?.result(options);
    return "";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
