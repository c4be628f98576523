/**
 * The picture of a run: for each task, when it ran and what it waited for.
 *
 * - Invariant: the spans of a lane follow each other without a gap, from the task's first turn to its end; none is empty.
 */

import type { Observer } from "../../simulator/mod.ts";
import type { HeldSpan } from "./hold_recorder.ts";
import type { TaskNotes } from "./observed_memory.ts";
import type { TaskDone, TaskProgress } from "./task_message.ts";

/** The name of a span in which a task does not wait. */
export const RUNNING = "running";

/** Draws the lanes of the tasks of a run. */
export class LaneRecorder {
  readonly #names: readonly string[];
  readonly #observe: Observer | undefined;
  /** For each task: its current span's name, and its start in milliseconds. */
  readonly #now: { name: string; since: number }[] = [];

  /** Starts a picture; without an observer, nothing happens. */
  constructor(names: readonly string[], observe: Observer | undefined) {
    this.#names = names;
    this.#observe = observe;
  }

  /** Records that the task began at `started`, unless its beginning is already known. */
  begin(task: number, started: number): void {
    if (this.#now[task] === undefined) this.turn(task, started, RUNNING);
  }

  /** Records that the task died. What it did since its last report, if any, is unknown. */
  died(task: number, { started, finished }: { readonly started: number; readonly finished: number }): void {
    if (finished <= started) return;
    this.begin(task, started);
    this.turn(task, finished, undefined);
  }

  /** Records that the task held something for some time. */
  held({ task, name, started, finished }: HeldSpan): void {
    const lane = this.#names[task];
    if (lane !== undefined) this.#observe?.({ lane, name, holds: true, started, finished, t: finished });
  }

  /** Records what the task does from `time` on: it runs, or waits in the call `name`; without a name it has ended. */
  turn(task: number, time: number, name: string | undefined): void {
    if (this.#observe === undefined) return;
    const before = this.#now[task];
    if (before?.name === name) return;
    if (before !== undefined && time > before.since) {
      const lane = this.#names[task] ?? `task ${task}`;
      this.#observe({ lane, name: before.name, started: before.since, finished: time, t: time });
    }
    if (name === undefined) delete this.#now[task];
    else this.#now[task] = { name, since: time };
  }
}

/** Draws the lane of a task that ended in a guest: all of it, or the part since its last progress report. */
export function drawLane(lanes: LaneRecorder, task: number, done: TaskDone): void {
  drawNotes(lanes, task, done);
  lanes.turn(task, done.finished, undefined);
}

/** Draws the lane of a task in a guest up to its current wait. */
export function drawProgress(lanes: LaneRecorder, task: number, progress: TaskProgress): void {
  drawNotes(lanes, task, progress);
  lanes.turn(task, progress.since, progress.waiting);
}

function drawNotes(
  lanes: LaneRecorder,
  task: number,
  { started, waits, holds }: TaskNotes & { readonly started: number },
): void {
  for (const held of holds) lanes.held({ task, ...held });
  lanes.begin(task, started);
  for (const wait of waits) {
    lanes.turn(task, wait.started, wait.name);
    lanes.turn(task, wait.finished, RUNNING);
  }
}
