/**
 * A worker that runs tasks of the memory contract on shared memory.
 *
 * @module
 */

/// <reference lib="webworker" />

import { StoppedError } from "../../lib/errors.ts";
import { SharedMemory, type SharedMemoryHandle } from "../../lib/memory/mod.ts";
import { runBlocking } from "../../lib/memory/mod.ts";
import { stepsOf, type TaskCall } from "./memory_tasks.ts";

/** The messages to the worker: to run a task, or to end. */
export type WorkerRequest = { handle: SharedMemoryHandle; guest: number; call: TaskCall } | "end";

/** The worker's answer. */
export type WorkerReply = { kind: "returned"; value: unknown } | { kind: "stopped" } | { kind: "threw"; text: string };

self.onmessage = ({ data }: MessageEvent<WorkerRequest>) => {
  if (data === "end") return self.close();
  const memory = SharedMemory.attach(data.handle, { guest: data.guest, clock: realClock });
  let reply: WorkerReply;
  try {
    reply = { kind: "returned", value: runBlocking(memory, stepsOf(data.call)) };
  } catch (error) {
    reply = error instanceof StoppedError ? { kind: "stopped" } : { kind: "threw", text: String(error) };
  }
  memory.control.acknowledge();
  self.postMessage(reply);
};

function realClock(): number {
  return performance.timeOrigin + performance.now();
}
