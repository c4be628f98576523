/**
 * Shared things as another side sees them: each side makes the description itself, and only names and sizes are sent.
 */

import type { Layout, Memory } from "../../memory/mod.ts";
import { type Shareables, type Shared, Space } from "../../sync/mod.ts";

/** How many waits a task, and the host, can be in at once, by default. */
export const LANES = 16;
export const HOST_LANES = 256;

/** How many waits one side can be in at once; further ones are refused with a `MemoryFullError`. */
export interface LaneCounts {
  /** For each task; 16 by default. */
  readonly lanesPerTask?: number | undefined;
  /** For the host; 256 by default. */
  readonly hostLanes?: number | undefined;
}

/** What the other side receives about the things. */
export interface ThingsMessage {
  /** The number of tasks that share them. */
  readonly tasks: number;
  /** How many waits a task can be in at once. */
  readonly lanesPerTask: number;
  /** The same, for the host. */
  readonly hostLanes: number;
  /** The number of words that they occupy. */
  readonly words: number;
  /** Their names and kinds, in order: `guard: lock`. */
  readonly kinds: readonly string[];
}

/** The names and kinds of things, in order. */
export function kindsOf(things: Shareables): readonly string[] {
  return Object.entries(things).map(([name, { kind }]) => `${name}: ${kind}`);
}

/**
 * A task's view, on the memory that `memoryFor` returns for the layout of the things.
 *
 * @throws {TypeError} if they are not the things that were shared.
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
