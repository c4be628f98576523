/**
 * Shared things between a caller and workers of its own, without a program.
 *
 * - `share` makes the memory; its `handle` goes to the workers by `postMessage`, which `attach` with the same description.
 *   Each task number belongs to one worker at a time.
 * - Workers use the Sync faces, an event loop the Async faces.
 * - Nobody supervises: say `ended` when a worker has ended without leaving what it held.
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
 *   using _held = there.guard.lockSync();
 *   there.count.addSync(1);
 * }
 * {
 *   using _held = await shared.guard.lockAsync({ timeout: 1 });
 *   if (shared.count.loadSync() !== 1) throw new Error("1 is wanted");
 * }
 * ```
 *
 * @module
 */

import { runBlocking, SharedMemory, type SharedMemoryHandle } from "../../memory/mod.ts";
import { type Shareables, type Shared, Space } from "../../sync/mod.ts";
import { Recovery } from "./recovery.ts";
import { holdEventLoop, now } from "../../platform/mod.ts";

/** In how many waits at once a side can be. */
const LANES = 16;

/** What workers attach with; structured-cloneable. */
export interface ShareHandle {
  /** The memory. */
  readonly memory: SharedMemoryHandle;
  /** How many tasks share it. */
  readonly tasks: number;
  /** In how many waits at once a side can be. */
  readonly lanesPerTask: number;
  /** How many words the things take. */
  readonly words: number;
}

/** How many share things. */
export interface ShareOptions {
  /** How many tasks, besides the caller. */
  readonly tasks: number;
  /** In how many waits at once a side can be; 16 by default. */
  readonly lanesPerTask?: number;
  /** For how many microseconds a wait looks at its word before it sleeps, at most 20; 0 by default. */
  readonly spin?: number;
}

/** Things that are shared, as the side sees them that made them. */
export interface Sharing<S extends Shareables> {
  /** What workers attach with. */
  readonly handle: ShareHandle;
  /** The caller's view of the things. */
  readonly shared: Shared<S>;
  /** Says that a task has ended: resolves when what it held has gone on to those who wait. */
  ended(task: number): Promise<void>;
}

/**
 * Makes shared things.
 *
 * @throws {RangeError} where there is no task, or no lane.
 */
export function share<S extends Shareables>(
  things: S,
  { tasks, lanesPerTask = LANES, spin = 0 }: ShareOptions,
): Sharing<S> {
  const space = new Space(things, { tasks, lanesPerTask });
  const memory = SharedMemory.create(space.layout, { guests: tasks, clock: now, spin, hold: holdEventLoop });
  runBlocking(memory, space.initialize());
  return {
    handle: { memory: memory.handle, tasks, lanesPerTask, words: space.layout.wordCount },
    shared: space.bind(memory),
    ended(task) {
      if (!(Number.isSafeInteger(task) && task >= 0 && task < tasks)) {
        throw new RangeError(`Cannot bury task ${task}: there are ${tasks}, a number under that is wanted`);
      }
      const failure = { name: "Error", message: `task ${task} ended`, stack: "" };
      return new Recovery(space, memory).endedAsync(task, failure);
    },
  };
}

/**
 * A worker's view of shared things.
 *
 * @throws {RangeError} where there is no such task.
 * @throws {TypeError} where the things are not those that were shared.
 */
export function attach<S extends Shareables>(
  handle: ShareHandle,
  things: S,
  { task }: { readonly task: number },
): Shared<S> {
  const { tasks, lanesPerTask, words } = handle;
  const space = new Space(things, { tasks, lanesPerTask });
  if (space.layout.wordCount !== words) {
    throw new TypeError(
      `Cannot attach: these things take ${space.layout.wordCount} words, the same things as were shared (${words} words) are wanted`,
    );
  }
  if (!(Number.isSafeInteger(task) && task >= 0 && task < tasks)) {
    throw new RangeError(`Cannot attach task ${task}: there are ${tasks}, a number under that is wanted`);
  }
  return space.bind(SharedMemory.attach(handle.memory, { guest: task, clock: now, hold: holdEventLoop }), { task });
}
