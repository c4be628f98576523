/**
 * A task of a program in a thread: the guest's part.
 *
 * - It is loaded when a guest gets its first job of that kind: a guest loads only what its jobs need.
 *
 * @example
 * ```ts
 * import { performTask } from "./thread_task.ts";
 *
 * // A guest awaits `performTask(task, { memory, post, phase })`.
 * if (performTask.length !== 2) throw new Error("a task, and the guest that has it");
 * ```
 *
 * @module
 */

import { now } from "../clock.ts";
import { ObservedMemory } from "./observed_memory.ts";
import type { Exports } from "../system/reference.ts";
import { SteppedMemory } from "./stepped_memory.ts";
import { makeTask, runTask } from "./task_guest.ts";
import type { JobGuest } from "../system/thread_far.ts";
import type { ThreadTask } from "../thread_messages.ts";

/** Makes the task, runs it when all are there, and tells how it ended, unless it was stopped. */
export async function performTask(
  { task, observed, script }: ThreadTask,
  { memory, post, phase }: JobGuest,
): Promise<void> {
  const exports: Exports = await import(task.module);
  phase("construct");
  const made = makeTask(exports, task);
  post({ kind: "ready" });
  phase("run");
  memory.control.awaitStart();
  const used = script === undefined ? memory : new SteppedMemory(memory, { task: task.task, script });
  const view = observed ? new ObservedMemory(used, now) : undefined;
  const started = now();
  const bytes = runTask(view ?? used, made);
  // How a task ends that is stopped is of no interest.
  if (memory.control.stopRequested) return;
  post({ kind: "done", bytes, waits: view?.waits ?? [], started, finished: now() });
}
