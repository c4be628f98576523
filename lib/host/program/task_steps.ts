/**
 * The steps of a program's task, the same in every mode, and their result as bytes.
 *
 * - A task's result is encoded in direct mode too, so that a value that cannot be cloned is rejected in every mode.
 * - A task whose `run` throws before its first step fails like one that throws later.
 */

import { encode } from "../../codec/mod.ts";
import type { Memory, Operation } from "../../memory/mod.ts";
import { ownSteps, type ProgramTask } from "../../program/mod.ts";
import type { Shareables, Shared } from "../../sync/mod.ts";

/**
 * Where a task runs, and how it sees the shared things on a memory: the real one, or one used only to find its source
 * lines.
 */
export interface TaskPlace {
  /** The memory. */
  readonly memory: Memory;
  /** Its view of the things on that memory. */
  sharedOn(memory: Memory): Shared<Shareables>;
}

/** Runs a task, and encodes `{ value }` with its result. */
export function* taskSteps(
  task: ProgramTask<Shareables>,
  { memory, sharedOn }: TaskPlace,
): Generator<Operation, Uint8Array, unknown> {
  const make = (memory: Memory) => task.run(sharedOn(memory));
  return encode({ value: yield* ownSteps({ name: task.name, layout: memory.layout, make }, memory) });
}
