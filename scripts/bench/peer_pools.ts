/**
 * Pools of two workers from npm, behind one interface, each with its fastest options for a long queue of short tasks.
 *
 * - piscina and tinypool get {@linkcode DEEP} tasks a worker, because one at a time, their default, is slower.
 * - tinypool's threads do not use `Atomics.wait`: with it, tasks sent before its workers are ready are never answered
 *   in Deno. A port that has begun to receive a message no longer returns it from `receiveMessageOnPort`, and the
 *   worker sleeps before the message event.
 * - When a poolifier pool ends, it waits for the exit of each thread, but misses a thread that has just ended by
 *   itself, so the bench counts exits as well.
 * - multithreading sends its function with a worker's first task, and refuses further tasks while that is loading, so a
 *   pool first answers one task per worker.
 * - piscina and multithreading have only threads.
 */

import { fileURLToPath } from "node:url";
import { PISCINA, POOLIFIER, TINYPOOL, WORKERPOOL } from "../packages.ts";
import { initRuntime, move, shutdown, spawn } from "./multithreading_peer.ts";
import type { Sum, SumTask } from "./peer_task.ts";

/** A pool of two workers that adds numbers. */
export interface AddingPool {
  run(task: SumTask): PromiseLike<Sum>;
  close(): Promise<unknown>;
}

/** A way to make such a pool. */
export interface PoolMaker {
  /** The package and its version. */
  readonly name: string;
  /** The kind of its workers. */
  readonly guests: "threads" | "processes";
  /** Makes a pool, whose workers may still be starting. */
  readonly open: () => AddingPool | Promise<AddingPool>;
}

const WORKERS = 2;
/** The most tasks of a worker of piscina and tinypool: half of what the bench has in flight. */
const DEEP = 5000;
const task = new URL("./peer_task.ts", import.meta.url).href;
const ofPoolifier = fileURLToPath(new URL("./poolifier_worker.ts", import.meta.url));
const ofWorkerpool = fileURLToPath(new URL("./workerpool_worker.ts", import.meta.url));

/** The pools, threads first. */
export const peers: readonly PoolMaker[] = [
  { name: "poolifier 5.3.2", guests: "threads", open: () => poolifier("threads") },
  { name: "multithreading 0.3.52", guests: "threads", open: multithreading },
  { name: "piscina 5.3.2", guests: "threads", open: piscina },
  { name: "tinypool 2.2.0", guests: "threads", open: () => tinypool("worker_threads") },
  { name: "workerpool 10.0.3", guests: "threads", open: () => ofJosdejong("thread") },
  { name: "poolifier 5.3.2", guests: "processes", open: () => poolifier("processes") },
  { name: "tinypool 2.2.0", guests: "processes", open: () => tinypool("child_process") },
  { name: "workerpool 10.0.3", guests: "processes", open: () => ofJosdejong("process") },
];

async function poolifier(guests: "threads" | "processes"): Promise<AddingPool> {
  const { FixedClusterPool, FixedThreadPool } = await import(POOLIFIER);
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let left = WORKERS;
  const exitHandler = () => --left === 0 && resolve();
  const pool = guests === "threads"
    ? new FixedThreadPool(WORKERS, ofPoolifier, { exitHandler })
    : new FixedClusterPool(WORKERS, ofPoolifier, { exitHandler });
  return { run: (task) => pool.execute(task), close: () => Promise.race([pool.destroy(), ended]) };
}

function multithreading(): AddingPool {
  // It has a single global pool, which an earlier table may have opened.
  shutdown();
  initRuntime({ maxWorkers: WORKERS });
  return {
    async run(task) {
      // Its workers get the text of the function, which cannot use anything outside itself.
      const result = await spawn(move(task), ({ id, x, y }) => ({ id, sum: x + y })).join();
      if (!result.ok) throw result.error;
      return result.value;
    },
    close: () => Promise.resolve(shutdown()),
  };
}

async function piscina(): Promise<AddingPool> {
  const { Piscina } = await import(PISCINA);
  const pool = new Piscina({
    filename: task,
    minThreads: WORKERS,
    maxThreads: WORKERS,
    concurrentTasksPerWorker: DEEP,
  });
  return { run: (task) => pool.run(task), close: () => pool.destroy() };
}

async function tinypool(runtime: "worker_threads" | "child_process"): Promise<AddingPool> {
  const { Tinypool } = await import(TINYPOOL);
  const pool = new Tinypool({
    filename: task,
    runtime,
    minThreads: WORKERS,
    maxThreads: WORKERS,
    concurrentTasksPerWorker: DEEP,
    useAtomics: false,
  });
  return { run: (task) => pool.run(task), close: () => pool.destroy() };
}

async function ofJosdejong(workerType: "thread" | "process"): Promise<AddingPool> {
  const { default: workerpool } = await import(WORKERPOOL);
  const pool = workerpool.pool(ofWorkerpool, { workerType, minWorkers: WORKERS, maxWorkers: WORKERS });
  return {
    run: async (task) => await pool.exec("add", [task]) as Sum,
    close: async () => await pool.terminate(),
  };
}
