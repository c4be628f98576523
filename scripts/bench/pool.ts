/**
 * Measures what a pool costs: empty tasks, compared with peers' pools, and `pi`, compared with bare workers.
 */

import { type CircleKernel, type CountInsideOptions, Pool } from "../../mod.ts";
import type { PoolMaker } from "./peer_pools.ts";
import { poolLatencies, poolRates, poolStarts } from "./pool_peers.ts";
import { compare, type Table, took } from "./statistics.ts";

const makers: readonly PoolMaker[] = [
  { name: "Pool", guests: "threads", open: () => adding("thread") },
  { name: "Pool", guests: "processes", open: () => adding("process") },
];

/** The rates, latencies and start times of pools of two threads, then of two processes. */
export const pools: readonly ((options: { rounds: number }) => Promise<Table>)[] = (["threads", "processes"] as const)
  .flatMap((guests) =>
    [poolRates, poolLatencies, poolStarts].map((measure) => ({ rounds }) => measure(guests, { rounds, makers }))
  );

/**
 * Nanoseconds per sample of `pi` on that many workers, one part for each; on two workers, half the time of one is
 * perfect.
 */
export async function piSamples(
  workers: number,
  options: { rounds: number; samples: number; kernel: CircleKernel },
): Promise<Table> {
  const { rounds, samples, kernel } = options;
  const parts = Array.from({ length: workers }, (_, part) => {
    return { seed: 1, from: samples * part / workers, to: samples * (part + 1) / workers, kernel };
  });
  const bare = parts.map(() => new Worker(new URL("./pi_worker.ts", import.meta.url), { type: "module" }));
  const module = new URL("./pi_part.ts", import.meta.url).href;
  await using threads = await Pool.open<typeof import("./pi_part.ts")>({ mode: "thread", module, workers });
  await using processes = await Pool.open<typeof import("./pi_part.ts")>({ mode: "process", module, workers });
  const each = (count: (part: CountInsideOptions, index: number) => Promise<number>) => async () => {
    return 1e6 * await took(() => Promise.all(parts.map(count))) / samples;
  };
  try {
    const figures = await compare({
      "bare workers": each((part, index) => ask(bare[index], part)),
      "Pool, threads": each((part) => threads.submit("countInside", part).result()),
      "Pool, processes": each((part) => processes.submit("countInside", part).result()),
    }, { rounds, warmups: 3 });
    return { title: `pi, ${samples} samples, ${kernel}, ${workers} in flight (one a worker)`, unit: "ns", figures };
  } finally {
    for (const worker of bare) worker.postMessage("close");
  }
}

async function adding(mode: "thread" | "process") {
  const module = new URL("./peer_task.ts", import.meta.url).href;
  const pool = await Pool.open<typeof import("./peer_task.ts")>({ mode, module, workers: 2 });
  return {
    run: (task: Parameters<typeof import("./peer_task.ts").add>[0]) => pool.submit("add", task).result(),
    close: () => pool.close(),
  };
}

function ask(worker: Worker | undefined, part: CountInsideOptions): Promise<number> {
  return new Promise((resolve) => {
    if (worker === undefined) return;
    worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
    worker.postMessage(part);
  });
}
