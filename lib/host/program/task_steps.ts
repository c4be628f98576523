/**
 * What a task of a program does, in every mode alike: its steps, and what they give as bytes.
 *
 * - What a task returns crosses as bytes in direct mode too, so that what cannot be cloned is refused everywhere.
 * - A task whose `run` throws before its first step fails as one that throws later.
 */

import { encode } from "../../codec/mod.ts";
import type { Operation, Steps } from "../../memory/mod.ts";
import type { ProgramTask } from "../../program/mod.ts";
import type { Shareables, Shared } from "../../sync/mod.ts";

/** Runs a task, and encodes `{ value }` of what it returns. */
export function* taskSteps(
  task: ProgramTask<Shareables>,
  shared: Shared<Shareables>,
): Generator<Operation, Uint8Array, unknown> {
  const steps: unknown = task.run(shared);
  if (typeof steps !== "object" || steps === null || !(Symbol.iterator in steps)) {
    throw new TypeError(`Cannot run ${task.name}: it gives ${typeof steps}, steps (those of a function*) are wanted`);
  }
  return encode({ value: yield* steps as Steps<unknown> });
}
