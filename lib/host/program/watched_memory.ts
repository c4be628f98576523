/**
 * A model memory that tells what tasks do with shared things.
 *
 * - What guards release is done by the memory itself, for the task that performed an operation last.
 */

import { type Answer, ModelMemory, type Operation, PARKED } from "../../memory/mod.ts";
import type { ProgramJob } from "./run.ts";
import { NOBODY, Uses } from "./uses.ts";

export class WatchedMemory extends ModelMemory {
  /** Who is told, once there is somebody. */
  uses: Uses | undefined;
  #task = 0;

  /** Performs one operation for a task, and notes it. */
  override begin(operation: Operation, task: number): Answer | typeof PARKED {
    if (task >= 0) this.#task = task;
    const answer = super.begin(operation, task);
    if (this.uses === undefined || answer === PARKED) return answer;
    return this.uses.note(operation, { task: this.#task, answer });
  }
}

/** Tells a run's watcher how its things stand, and of each use from then on. */
export function watchThings({ space, names, watch }: ProgramJob, memory: WatchedMemory, now: () => number): void {
  const { things } = space.attach(memory);
  const uses = new Uses({ things, kinds: space.kinds }, memory, {
    now,
    tell: (use, task) => watch?.(task === NOBODY ? use : { lane: names[task] ?? `task ${task}`, ...use }),
  });
  uses.begin();
  memory.uses = uses;
}
