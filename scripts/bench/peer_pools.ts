/**
 * Pools of two from npm, behind one face: each as fast as its options make it for a long queue of short tasks.
 *
 * - piscina and tinypool get {@linkcode DEEP} tasks a worker, because one at a time, their default, is slower.
 * - tinypool's threads do without `Atomics.wait`: with it, tasks that come before its workers are ready are never answered
 *   on Deno. A port that has begun to receive a message no longer gives it to `receiveMessageOnPort`, and the worker
 *   sleeps before the event of the message.
 * - poolifier's end of a pool waits for the exit of each thread and misses that of one that has just ended by itself, so
 *   the bench counts the exits as well.
 * - multithreading sends its function with a worker's first task and refuses the next that come while it is being loaded,
 *   so a pool has answered a task for each worker before it gets many.
 * - piscina and multithreading have threads only.
 */

import { fileURLToPath } from "node:url";
import { PISCINA, POOLIFIER, TINYPOOL, WORKERPOOL } from "../packages.ts";
import { initRuntime, move, shutdown, spawn } from "./multithreading_peer.ts";
import type { Sum, SumTask } from "./peer_task.ts";

/** A pool of two that adds. */
export interface AddingPool {
  run(task: SumTask): PromiseLike<Sum>;
  close(): Promise<unknown>;
}

/** A way to get such a pool. */
export interface PoolMaker {
  /** Whose, and which version. */
  readonly name: string;
  /** What its workers are. */
  readonly guests: "threads" | "processes";
  /** Makes one; its workers may still be starting. */
  readonly open: () => AddingPool | Promise<AddingPool>;
}

const WORKERS = 2;
/** Tasks a worker of piscina and tinypool may have: half of what the bench has in flight. */
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
  // It has one pool for all, which an earlier table may have opened.
  shutdown();
  initRuntime({ maxWorkers: WORKERS });
  return {
    async run(task) {
      // Its workers get the text of the function, which can use nothing around it.
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
