/**
 * Shared things between a caller and workers of its own, without a program.
 *
 * - `share` makes the memory; its `handle` goes to the workers by `postMessage`, which `attach` with the same description.
 *   Each task number belongs to one worker at a time.
 * - Workers see them through blocking views, an event loop through promise views: the names are the same.
 * - Nobody supervises: say `ended` when a worker has ended, and what it held goes on, and its task number to another one.
 * - A worker that takes a lock which it holds would wait for ever: a `DeadlockError`. What another side gives back is a
 *   semaphore, or a lock that begins held.
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
 *   if (await shared.count.load() !== 1) throw new Error("1 is wanted");
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

/** Things that are shared, as the side sees them that made them. */
export interface Sharing<S extends Shareables> {
  /** What workers attach with. */
  readonly handle: ShareHandle;
  /** The caller's view of the things: their methods give promises. */
  readonly shared: Views<S, "promised">;
  /** Says that a task has ended: resolves when what it held has gone on to those who wait. */
  ended(task: number): Promise<void>;
}

/**
 * Makes shared things.
 *
 * @throws {RangeError} if there is no task, or no lane.
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
 * A worker's view of shared things: their methods block.
 *
 * @throws {RangeError} if there is no such task.
 * @throws {TypeError} if the handle is none, or the things are not those that were shared.
 * @throws {StateError} if another worker has that task number, and nobody has said that it has `ended`.
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
