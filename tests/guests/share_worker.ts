/**
 * A worker that shares things with a test, without a program.
 *
 * @module
 */

/// <reference lib="webworker" />

import { attach, type ShareHandle } from "../../lib/host/mod.ts";
import { cancelToken, cell, lock, semaphore } from "../../lib/sync/mod.ts";

/** What is shared. */
export const things = {
  guard: lock(),
  permits: semaphore(1),
  ready: semaphore(0),
  count: cell({ order: "plain" }),
  token: cancelToken(),
};

/** What the worker is asked. */
export interface ShareRequest {
  readonly handle: ShareHandle;
  readonly task: number;
  readonly times: number;
  /** How it ends: well, with the lock, or with a permit. */
  readonly ends: "well" | "with the lock" | "with a permit";
}

if ("DedicatedWorkerGlobalScope" in globalThis) {
  self.onmessage = ({ data }: MessageEvent<ShareRequest>) => {
    const { guard, permits, ready, count } = attach(data.handle, things, { task: data.task });
    for (let time = 0; time < data.times; time++) {
      using _permit = permits.holdSync();
      using _held = guard.lockSync();
      count.storeSync(count.loadSync() + 1);
    }
    if (data.ends === "with the lock") guard.acquireSync();
    if (data.ends === "with a permit") permits.holdSync();
    ready.releaseSync();
    self.postMessage("done");
    self.close();
  };
}
