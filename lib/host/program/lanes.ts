/**
 * The picture of a run: for each task, when it ran and what it waited for.
 *
 * - Invariant: the spans of a lane follow each other without a gap, from the task's first turn to its end; none is empty.
 */

import type { Observer } from "../../simulator/mod.ts";
import type { HeldSpan } from "./holds.ts";
import type { TaskDone } from "./task_message.ts";

/** What a task does that waits for nothing. */
export const RUNNING = "running";

export class Lanes {
  readonly #names: readonly string[];
  readonly #observe: Observer | undefined;
  /** Per task: what it does and since when, in milliseconds. */
  readonly #now: { name: string; since: number }[] = [];

  /** Begins a picture; without an observer nothing happens. */
  constructor(names: readonly string[], observe: Observer | undefined) {
    this.#names = names;
    this.#observe = observe;
  }

  /** The task died: nothing else is known of it than that it ran. */
  died(task: number, { started, finished }: { readonly started: number; readonly finished: number }): void {
    if (finished <= started) return;
    this.turn(task, started, RUNNING);
    this.turn(task, finished, undefined);
  }

  /** The task held something for some time. */
  held({ task, name, started, finished }: HeldSpan): void {
    const lane = this.#names[task];
    if (lane !== undefined) this.#observe?.({ lane, name, holds: true, started, finished, t: finished });
  }

  /** The task does that from then on: it runs, or waits in a call of that name; without a name it has ended. */
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

/** Draws the whole lane of a task that has ended elsewhere. */
export function drawLane(lanes: Lanes, task: number, { started, finished, waits, holds }: TaskDone): void {
  for (const held of holds) lanes.held({ task, ...held });
  lanes.turn(task, started, RUNNING);
  for (const wait of waits) {
    lanes.turn(task, wait.started, wait.name);
    lanes.turn(task, wait.finished, RUNNING);
  }
  lanes.turn(task, finished, undefined);
}
