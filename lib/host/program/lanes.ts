/**
 * The picture of a run: for each task, when it ran and what it waited for.
 *
 * - Invariant: the spans of a lane follow each other without a gap, from the task's first turn to its end; none is empty.
 *
 * @module
 */

import type { Observer } from "../../simulator/mod.ts";
import type { TaskDone } from "./task_message.ts";

/** See the module. */
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

  /** The task runs from then on. */
  goesOn(task: number, time: number): void {
    this.#turn(task, time, "running");
  }

  /** The task waits from then on. */
  waits(task: number, time: number, label: string): void {
    this.#turn(task, time, label);
  }

  /** The task has ended. */
  ends(task: number, time: number): void {
    this.#turn(task, time, undefined);
  }

  /** The task died: nothing else is known of it than that it ran. */
  died(task: number, { started, finished }: { readonly started: number; readonly finished: number }): void {
    if (finished <= started) return;
    this.goesOn(task, started);
    this.ends(task, finished);
  }

  #turn(task: number, time: number, name: string | undefined): void {
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
export function drawLane(lanes: Lanes, task: number, { started, finished, waits }: TaskDone): void {
  lanes.goesOn(task, started);
  for (const wait of waits) {
    lanes.waits(task, wait.started, wait.name);
    lanes.goesOn(task, wait.finished);
  }
  lanes.ends(task, finished);
}
