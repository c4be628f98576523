/**
 * Shared things as another side sees them: each side makes the description anew, and nothing but names and sizes travels.
 */

import type { Layout, Memory } from "../../memory/mod.ts";
import { type Shareables, type Shared, Space } from "../../sync/mod.ts";

/** In how many waits at once a task can be, and the host, where nothing else is said. */
export const LANES = 16;
export const HOST_LANES = 256;

/** In how many waits at once one can be: more are refused with a `MemoryFullError`. */
export interface LaneCounts {
  /** A task; 16 by default. */
  readonly lanesPerTask?: number | undefined;
  /** The host; 256 by default. */
  readonly hostLanes?: number | undefined;
}

/** What the other side is told of the things. */
export interface ThingsMessage {
  /** How many tasks share them. */
  readonly tasks: number;
  /** In how many waits at once a task can be. */
  readonly lanesPerTask: number;
  /** The same, for the host. */
  readonly hostLanes: number;
  /** How many words they take. */
  readonly words: number;
  /** What they are, in order: `guard: lock`. */
  readonly kinds: readonly string[];
}

/** What things are, in order. */
export function kindsOf(things: Shareables): readonly string[] {
  return Object.entries(things).map(([name, { kind }]) => `${name}: ${kind}`);
}

/**
 * A task's view, on the memory that `memoryFor` gives for the layout of the things.
 *
 * @throws {TypeError} if they are not those that were shared.
 * @throws {RangeError} if there is no such task.
 */
export function viewOf<S extends Shareables>(
  things: S,
  { message: { tasks, lanesPerTask, hostLanes, words, kinds }, task, memoryFor }: {
    readonly message: ThingsMessage;
    readonly task: number;
    readonly memoryFor: (layout: Layout) => Memory;
  },
): { readonly shared: Shared<S>; readonly memory: Memory } {
  const own = kindsOf(things);
  if (own.join() !== kinds.join()) {
    throw new TypeError(
      `Cannot attach: the things are { ${own.join(", ")} }, the same as were shared ({ ${
        kinds.join(", ")
      } }) are wanted`,
    );
  }
  const space = new Space(things, { tasks, lanesPerTask, hostLanes });
  if (space.layout.wordCount !== words) {
    throw new TypeError(
      `Cannot attach: these things take ${space.layout.wordCount} words, the same things as were shared (${words} words) are wanted`,
    );
  }
  checkTask("attach", { task, tasks });
  const memory = memoryFor(space.layout);
  return { shared: space.bind(memory, { task }), memory };
}

/**
 * Checks the number of a task.
 *
 * @throws {RangeError} if there is no such task.
 */
export function checkTask(act: string, { task, tasks }: { readonly task: number; readonly tasks: number }): void {
  if (Number.isSafeInteger(task) && task >= 0 && task < tasks) return;
  throw new RangeError(`Cannot ${act} task ${task}: there are ${tasks}, a number under that is wanted`);
}
