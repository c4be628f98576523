/**
 * A model memory that reports how tasks use shared things.
 *
 * - The steps of guards' disposals are run by the memory itself, on behalf of the last task that performed an
 *   operation.
 */

import { type Answer, ModelMemory, type Operation, PARKED } from "../../memory/mod.ts";
import type { ProgramJob } from "./run.ts";
import { NO_TASK, UseRecorder } from "./use_recorder.ts";

/** A model memory that reports how tasks use shared things. */
export class WatchedMemory extends ModelMemory {
  /** Receives operations, once it is set. */
  uses: UseRecorder | undefined;
  #task = 0;

  /** Performs one operation for a task, and records it. */
  override begin(operation: Operation, task: number): Answer | typeof PARKED {
    if (task >= 0) this.#task = task;
    const answer = super.begin(operation, task);
    if (this.uses === undefined || answer === PARKED) return answer;
    return this.uses.note(operation, { task: this.#task, answer });
  }
}

/** Reports the initial states of the shared things to a run's watcher, and then each use. */
export function watchThings({ space, names, watch }: ProgramJob, memory: WatchedMemory, now: () => number): void {
  const { things } = space.attach(memory);
  const uses = new UseRecorder({ things, kinds: space.kinds }, memory, {
    now,
    tell: (use, task) => watch?.(task === NO_TASK ? use : { lane: names[task] ?? `task ${task}`, ...use }),
  });
  uses.begin();
  memory.uses = uses;
}
