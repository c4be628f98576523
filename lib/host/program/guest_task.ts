/**
 * A guest's part in a program: finds the program in its module, creates its own view of the shared things, and runs one
 * task.
 *
 * - The guest's shared things must have the same layout as the host's: the same module with the same settings produces
 *   it.
 * - Invariant: the host learns how the task ended, whatever the task throws or returns.
 * - The task's view of the shared things ends with it.
 */

import { farError } from "../../errors.ts";
import { encode } from "../../codec/mod.ts";
import { type Layout, type Memory, runBlocking } from "../../memory/mod.ts";
import { sameData, settingsOf } from "../../program/mod.ts";
import { type Shareables, Space, type Things } from "../../sync/mod.ts";
import { isHostProgram } from "./host_program.ts";
import { findProgram } from "./reference.ts";
import type { Exports } from "../exports.ts";
import type { TaskMessage } from "./task_message.ts";
import type { WatchedThings } from "./use_recorder.ts";
import { taskSteps } from "./task_steps.ts";

/** A task that is ready to run. */
export interface GuestTask {
  /** The layout of its shared things. */
  readonly layout: Layout;
  /**
   * Runs it to its end on a memory, as the task itself; returns the encoded `{ value }` or `{ far }`. `attached`
   * receives the things that the task is attached to.
   */
  run(memory: Memory, attached?: (things: Things) => void): Uint8Array;
  /** The things of a separate view of the memory, for observers. */
  look(memory: Memory): WatchedThings;
}

/** Creates a task from its module's exports. */
export function makeTask(exports: Exports, { module, program: name, settings, task, layout }: TaskMessage): GuestTask {
  const program = findProgram(exports, { module, name });
  if (isHostProgram(program)) {
    throw new TypeError(
      `Cannot run task ${task} of ${name}: its main runs on the host, a program with tasks is wanted`,
    );
  }
  const checked = settingsOf(program, settings);
  const tasks = program.tasks(checked);
  const names = tasks.map(({ name }) => name);
  const space: Space<Shareables> = new Space(program.shared(checked), { tasks: tasks.length, names });
  const own = tasks[task];
  if (own === undefined || !sameData(space.layout.toTable(), layout)) {
    const is = own === undefined ? `there are ${tasks.length} tasks` : "its shared things are others";
    throw new TypeError(
      `Cannot run task ${task} of ${name}: ${is} in ${module}, the very program that the host runs is wanted there`,
    );
  }
  return {
    layout: space.layout,
    look: (memory) => ({ things: space.attach(memory, { task }).things, kinds: space.kinds }),
    run(memory, attached) {
      try {
        const { shared, things, end } = space.attach(memory, { task });
        attached?.(things);
        try {
          const sharedOn = (other: Memory) => other === memory ? shared : space.bind(other, { task });
          return runBlocking(memory, taskSteps(own, { memory, sharedOn }));
        } finally {
          end();
        }
      } catch (error) {
        return encode({ far: farError(error) });
      }
    },
  };
}
