/**
 * A worker of the primitives' bench: does one thing many times, by the Sync faces.
 */

import { attach, type ShareHandle } from "../../mod.ts";
import { type Bare, bareJobs, type BenchShared, benchThings, jobs } from "./share_jobs.ts";

/** What a worker is told. */
export interface ShareJob {
  /** The shared things, if it is to use them. */
  readonly handle?: ShareHandle;
  /** The bare words, if it is to use these. */
  readonly bare?: Bare;
  readonly task: number;
  readonly job: string;
  readonly times: number;
}

/** The part of a worker's global scope that is used. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ShareJob | "close">) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

const scope = self as unknown as WorkerScope;
let shared: BenchShared | undefined;
scope.onmessage = ({ data }) => {
  if (data === "close") return scope.close();
  const { handle, bare, task, job, times } = data;
  if (handle !== undefined) {
    jobs[job]?.(shared ??= attach(handle, benchThings(), { task }), { task, times });
  }
  if (bare !== undefined) bareJobs[job]?.(bare, { task, times });
  scope.postMessage("done");
};
scope.postMessage("ready");
