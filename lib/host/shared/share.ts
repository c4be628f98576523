/**
 * Shared things between a caller and its own workers, without a program.
 *
 * - `share` creates the memory. Send its `handle` to the workers by `postMessage`; they `attach` with the same
 *   description. Each task number belongs to one worker at a time.
 * - Workers use the things through blocking views, event loops through promise views, with the same method names.
 * - There is no supervisor: call `ended` when a worker has ended. What it held then passes on, and its task number may
 *   go to another worker.
 * - A worker that acquires a lock it already holds would wait forever, and gets a `DeadlockError`. If another side is
 *   to release it, use a semaphore, or a lock that begins held.
 *
 * @example
 * ```ts
 * import { cell, lock } from "../../sync/mod.ts";
 * import { attach, share } from "./share.ts";
 *
 * const things = { guard: lock(), count: cell() };
 * const { handle, shared } = share(things, { tasks: 1 });
 * const there = attach(handle, things, { task: 0 }); // in a worker
 * {
 *   using _held = there.guard.lock();
 *   there.count.add(1);
 * }
 * {
 *   using _held = await shared.guard.lock({ timeout: 1 });
 *   if (await shared.count.load() !== 1) throw new Error("expected 1");
 * }
 * ```
 */

import { StateError } from "../../errors.ts";
import { SharedMemory, type SharedMemoryHandle } from "../../memory/mod.ts";
import { holdEventLoop, now } from "../../platform/mod.ts";
import { blockingViews, type Shareables, type Views } from "../../sync/mod.ts";
import { ServiceShare, type ShareOptions } from "./service_share.ts";
import { checkTask, type ThingsMessage, viewOf } from "./view.ts";

/** What workers attach with; structured-cloneable. */
export interface ShareHandle extends ThingsMessage {
  /** The memory. */
  readonly memory: SharedMemoryHandle;
}

/** Shared things, as seen by the side that created them. */
export interface Sharing<S extends Shareables> {
  /** What workers attach with. */
  readonly handle: ShareHandle;
  /** The caller's view of the things, whose methods return promises. */
  readonly shared: Views<S, "promised">;
  /** Reports that a task has ended; resolves when what it held has passed on to the waiters. */
  ended(task: number): Promise<void>;
}

/**
 * Creates shared things.
 *
 * @throws {RangeError} if the number of tasks or lanes is not at least 1.
 */
export function share<S extends Shareables>(things: S, { tasks, ...options }: ShareOptions): Sharing<S> {
  const made = new ServiceShare(things, { tasks, ...options });
  return {
    handle: { memory: made.memory.handle, ...made.message },
    shared: made.promised,
    async ended(task) {
      checkTask("end", { task, tasks });
      await made.ended(task, { name: "Error", message: `task ${task} ended`, stack: "" });
      made.memory.control.unclaim(task);
    },
  };
}

/**
 * A worker's view of shared things, whose methods block.
 *
 * @throws {RangeError} if there is no such task.
 * @throws {TypeError} if the handle is invalid, or the things are not those that were shared.
 * @throws {StateError} if another worker has that task number, and has not been reported as `ended`.
 */
export function attach<S extends Shareables>(
  handle: ShareHandle,
  things: S,
  { task }: { readonly task: number },
): Views<S, "blocking"> {
  if (typeof handle !== "object" || handle === null || !("memory" in handle)) {
    throw new TypeError(`Cannot attach: the handle is ${typeof handle}, that of share() is wanted`);
  }
  const memoryFor = () => {
    const memory = SharedMemory.attach(handle.memory, { guest: task, clock: now, hold: holdEventLoop });
    if (memory.control.claim()) return memory;
    throw new StateError(
      `Cannot attach task ${task}: another worker has that number, one of its own for each worker is wanted`,
    );
  };
  return blockingViews(viewOf(things, { message: handle, task, memoryFor }).shared);
}
