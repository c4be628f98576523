/**
 * The classes of a program's interleavings, by brute force: all interleavings, each reduced to what comes before what.
 *
 * Two interleavings are in one class exactly where each task's k-th action comes after the same actions of the others.
 *
 * @module
 */

import { conflict } from "../../lib/explorer/accesses.ts";
import { DepthFirst } from "../../lib/explorer/strategies/depth_first.ts";
import { Execution, type ExecutionOptions } from "../../lib/explorer/execution.ts";
import { ProgramModel } from "../../lib/explorer/program_model.ts";
import type { Point, RunEnd, Scheduler } from "../../lib/explorer/scheduler.ts";
import { type AnyProgram, settingsOf, type SettingsOptions } from "../../lib/program/mod.ts";

interface Event {
  readonly task: number;
  readonly action: number;
  readonly accesses: readonly number[];
  readonly clock: readonly number[];
}

/** Depth-first, with the class of each run. */
class Classes implements Scheduler {
  readonly watches = true;
  readonly texts = new Set<string>();
  readonly #all = new DepthFirst();
  #events: Event[] = [];
  #clocks: number[][] = [];

  begin(): boolean {
    this.#events = [];
    return this.#all.begin();
  }

  pick(point: Point): number {
    if (point.step === 0) this.#clocks = Array.from({ length: point.tasks }, () => new Array(point.tasks).fill(0));
    else this.#note(point);
    return this.#all.pick(point);
  }

  end(run: RunEnd): void {
    if (run.step > 0) this.#note(run);
    const lines = this.#events.map(({ task, action, clock }) => `${task} ${clock[task]} ${action} ${clock}`);
    if (run.kind === "complete") this.texts.add(lines.toSorted().join("\n"));
  }

  #note({ last, tasks, accesses, woken }: Point): void {
    const task = last % tasks;
    const clock = [...this.#clocks[task]!];
    for (const event of this.#events) if (conflict(event.accesses, accesses)) join(clock, event.clock);
    clock[task]!++;
    this.#clocks[task] = clock;
    this.#events.push({ task, action: last, accesses: [...accesses], clock: [...clock] });
    for (const other of woken) join(this.#clocks[other]!, clock);
  }
}

function join(clock: number[], other: readonly number[]): void {
  for (const [task, time] of other.entries()) clock[task] = Math.max(clock[task]!, time);
}

/** How many interleavings a program has, and in how many classes. */
export function countClasses(
  program: AnyProgram,
  { granularity, stepLimit, ...options }: SettingsOptions & Pick<ExecutionOptions, "granularity" | "stepLimit"> = {},
): { readonly interleavings: number; readonly classes: number } {
  const execution = new Execution(new ProgramModel(program, settingsOf(program, options)), {
    granularity,
    stepLimit,
  });
  const scheduler = new Classes();
  let interleavings = 0;
  while (scheduler.begin()) {
    execution.run(scheduler);
    interleavings++;
  }
  return { interleavings, classes: scheduler.texts.size };
}
