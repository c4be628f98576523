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
      using _permit = permits.hold();
      using _held = guard.lock();
      count.store(count.load() + 1);
    }
    if (data.ends === "with the lock") guard.acquire();
    if (data.ends === "with a permit") permits.hold();
    ready.release();
    self.postMessage("done");
    self.close();
  };
}
