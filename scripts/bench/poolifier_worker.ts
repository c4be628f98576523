/**
 * The worker of poolifier's pools, the same for threads and processes.
 */

import { isMainThread } from "node:worker_threads";
import { POOLIFIER } from "../packages.ts";
import { add, type Sum, type SumTask } from "./peer_task.ts";

const { ClusterWorker, ThreadWorker } = await import(POOLIFIER);

/** The worker object that the pool talks to. */
export default isMainThread ? new ClusterWorker(task) : new ThreadWorker(task);

function task(data?: SumTask): Sum {
  if (data === undefined) throw new TypeError("Cannot add: there is no task, {id, x, y} is wanted");
  return add(data);
}
