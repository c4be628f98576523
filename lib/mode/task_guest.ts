/**
 * A guest's part in a program: finds the program in its module, makes its own view of the shared things, runs one task.
 *
 * - The guest's shared things must lie where the host's do: the same module with the same settings gives the same places.
 * - Invariant: how the task ended is known to the host, whatever the task throws or returns.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { defineProgram } from "../program/mod.ts";
 * import { cell } from "../sync/mod.ts";
 * import { makeTask, runTask } from "./task_guest.ts";
 *
 * const one = defineProgram({
 *   name: "one",
 *   claim: "One task adds one.",
 *   shared: () => ({ n: cell() }),
 *   tasks: () => [{ name: "only", run: ({ n }) => n.add(1) }],
 *   outcome: ({ n }) => n.load(),
 *   expected: () => [1],
 * });
 * const settings = { variant: "plain", seed: 0, parameters: {} };
 * const task = makeTask({ one }, { module: "file:///one.ts", program: "one", settings, task: 0, words: 3 });
 * const end = runTask(new ModelMemory(task.layout), task);
 * if (end.kind !== "returned" || end.value !== 0) throw new Error("the value before");
 * ```
 *
 * @module
 */

import { type FarError, farError, StoppedError } from "../errors.ts";
import { encode } from "../mailbox/mod.ts";
import { type Layout, type Memory, runBlocking } from "../memory/mod.ts";
import { type Settings, settingsOf } from "../program/mod.ts";
import { type Shareables, Space } from "../sync/mod.ts";
import { findProgram } from "./program_reference.ts";
import type { TaskEnd } from "./program_run.ts";
import type { Exports } from "./reference.ts";

/** What a guest is told about its task; structured-cloneable. */
export interface TaskMessage {
  /** Where the program is exported. */
  readonly module: string;
  /** Its name. */
  readonly program: string;
  /** How it is set. */
  readonly settings: Settings;
  /** The number of the task. */
  readonly task: number;
  /** How many words the shared things take on the host. */
  readonly words: number;
}

/** A task that is ready to run. */
export interface GuestTask {
  /** Where its shared things lie. */
  readonly layout: Layout;
  /** Runs it on a memory, as the task itself. */
  run(memory: Memory): unknown;
}

/** Makes a task from its module's exports. */
export function makeTask(exports: Exports, { module, program: name, settings, task, words }: TaskMessage): GuestTask {
  const program = findProgram(exports, { module, name });
  const checked = settingsOf(program, settings);
  const tasks = program.tasks(checked);
  const names = tasks.map(({ name }) => name);
  const space: Space<Shareables> = new Space(program.shared(checked), { tasks: tasks.length, names });
  const own = tasks[task];
  if (own === undefined || space.layout.wordCount !== words) {
    const is = own === undefined
      ? `there are ${tasks.length} tasks`
      : `its shared things take ${space.layout.wordCount} words`;
    throw new TypeError(
      `Cannot run task ${task} of ${name}: ${is} here, the same module as on the host (${words} words) is wanted`,
    );
  }
  return { layout: space.layout, run: (memory) => runBlocking(memory, own.run(space.bind(memory, { task }))) };
}

/** Runs a task to its end. */
export function runTask(memory: Memory, task: GuestTask): TaskEnd & { readonly bytes: Uint8Array } {
  try {
    const value = task.run(memory);
    // Here, so that what cannot cross fails the task, not its guest.
    return { kind: "returned", value, bytes: encode({ value }) };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const far: FarError = farError(error);
    return { kind: "failed", far, bytes: encode({ far }) };
  }
}
