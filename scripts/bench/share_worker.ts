/**
 * A worker in the bench of primitives: does one job many times, through blocking views.
 */

import { attach, type ShareHandle } from "../../mod.ts";
import { type Bare, bareJobs, type BenchShared, benchThings, jobs } from "./share_jobs.ts";
import { serveMessages } from "./worker_scope.ts";

/** The message to a worker. */
export interface ShareJob {
  /** The shared things, if it uses them. */
  readonly handle?: ShareHandle;
  /** The bare words, if it uses them. */
  readonly bare?: Bare;
  readonly task: number;
  readonly job: string;
  readonly times: number;
}

let shared: BenchShared | undefined;
const scope = serveMessages(({ handle, bare, task, job, times }: ShareJob) => {
  if (handle !== undefined) jobs[job]?.(shared ??= attach(handle, benchThings(), { task }), { task, times });
  if (bare !== undefined) bareJobs[job]?.(bare, { task, times });
  return "done";
});
scope.postMessage("ready");
