/**
 * A worker that records one task's calls of a shared thing in shared memory.
 *
 * @module
 */

/// <reference lib="webworker" />

import { SharedMemory, type SharedMemoryHandle } from "../../lib/memory/mod.ts";
import type { HistoryCall } from "../../lib/testing/mod.ts";
import { recordHistory, type Recording } from "./record_history.ts";

/** The messages to the worker: to record, or to end. */
export type HistoryRequest = { handle: SharedMemoryHandle; recording: Recording } | "end";

/** The worker's answer. */
export type HistoryReply = { history: HistoryCall[] } | { error: string };

self.onmessage = async ({ data }: MessageEvent<HistoryRequest>) => {
  if (data === "end") return self.close();
  const { handle, recording } = data;
  const clock = () => performance.timeOrigin + performance.now();
  const memory = SharedMemory.attach(handle, { guest: recording.task, clock });
  let reply: HistoryReply;
  try {
    reply = { history: await recordHistory(memory, recording) };
  } catch (error) {
    reply = { error: String(error) };
  }
  memory.control.acknowledge();
  self.postMessage(reply);
};
