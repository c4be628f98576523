/**
 * What a task of a program does, in every mode alike: its steps, and what they give as bytes.
 *
 * - What a task returns crosses as bytes in direct mode too, so that what cannot be cloned is refused everywhere.
 * - A task whose `run` throws before its first step fails as one that throws later.
 */

import { encode } from "../../codec/mod.ts";
import type { Memory, Operation } from "../../memory/mod.ts";
import { ownSteps, type ProgramTask } from "../../program/mod.ts";
import type { Shareables, Shared } from "../../sync/mod.ts";

/** Where a task runs, and how it sees the shared things on a memory: the real one, or one for its lines alone. */
export interface TaskPlace {
  /** The memory. */
  readonly memory: Memory;
  /** Its view of the things. */
  sharedOn(memory: Memory): Shared<Shareables>;
}

/** Runs a task, and encodes `{ value }` of what it returns. */
export function* taskSteps(
  task: ProgramTask<Shareables>,
  { memory, sharedOn }: TaskPlace,
): Generator<Operation, Uint8Array, unknown> {
  const make = (memory: Memory) => task.run(sharedOn(memory));
  return encode({ value: yield* ownSteps({ name: task.name, layout: memory.layout, make }, memory) });
}
