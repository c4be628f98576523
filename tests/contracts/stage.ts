/**
 * A stage: tasks call shared things one call at a time, as a sequential model sees them.
 *
 * - A call that has begun continues until it ends or waits, and so do all tasks that it wakes, before the next call
 *   begins.
 *
 * @module
 */

import { type Layout, ModelMemory, runBlocking, SharedMemory, type Steps } from "../../lib/memory/mod.ts";
import { type TaskOutcome, TaskRun } from "../../lib/program/mod.ts";
import { type Shareables, type Shared, type SharedThing, Space } from "../../lib/sync/mod.ts";

/** Tasks that call shared things one call at a time. */
export class Stage<S extends Shareables> {
  readonly memory: ModelMemory;
  readonly #space: Space<S>;
  readonly #views: readonly Shared<S>[];
  readonly #runs = new Map<number, TaskRun<unknown>>();

  constructor(things: S, tasks: number) {
    this.#space = new Space(things, { tasks });
    this.memory = new ModelMemory(this.#space.layout);
    runBlocking(this.memory, this.#space.initialize());
    this.#views = Array.from({ length: tasks + 1 }, (_, task) => this.#space.bind(this.memory, { task }));
  }

  /** The supervisor's view. */
  get host(): Shared<S> {
    return this.#views.at(-1)!;
  }

  /** Whether a task is in a call. */
  isBusy(task: number): boolean {
    return this.#runs.has(task);
  }

  /** Begins a call of an idle task. */
  begin(task: number, steps: (shared: Shared<S>) => Steps<unknown>): void {
    const run = new TaskRun(this.memory, { name: `task ${task}`, number: task, steps: steps(this.#views[task]!) });
    this.#runs.set(task, run);
    this.#goOn();
  }

  /** Lets a task time out. */
  expire(task: number): void {
    this.memory.expire(task);
    this.#goOn();
  }

  /** Lets time pass. */
  advanceTo(time: number): void {
    this.memory.advanceTo(time);
    this.#goOn();
  }

  /** Ends a task where it is. */
  kill(task: number): void {
    this.memory.unpark(task);
    this.#runs.delete(task);
    for (const thing of Object.values(this.host) as SharedThing[]) {
      if (thing.died !== undefined) runBlocking(this.memory, thing.died(task));
    }
    this.#goOn();
  }

  /**
   * Begins a call that never waits, and ends its task before operation number `at`; false if the call ended earlier.
   */
  dies(task: number, steps: (shared: Shared<S>) => Steps<unknown>, at: number): boolean {
    const iterator = steps(this.#views[task]!)[Symbol.iterator]();
    let step = iterator.next();
    for (let operation = 0; operation < at && !step.done; operation++) {
      step = iterator.next(this.memory.begin(step.value, task));
    }
    this.kill(task);
    return !step.done;
  }

  /**
   * The results of the calls that have ended since the last call of this method, by task: the value, or the name of the
   * error's class.
   */
  ended(): Map<number, unknown> {
    const ended = new Map<number, unknown>();
    for (const [task, run] of [...this.#runs].sort(([one], [other]) => one - other)) {
      if (!run.ended) continue;
      ended.set(task, result(run.outcome));
      this.#runs.delete(task);
    }
    return ended;
  }

  #goOn(): void {
    for (let moved = true; moved;) {
      moved = false;
      for (const { task, answer } of this.memory.takeReady()) this.#runs.get(task)?.wake(answer);
      for (const run of this.#runs.values()) {
        while (!run.parked && !run.ended) {
          run.perform();
          moved = true;
        }
      }
    }
  }
}

function result(outcome: TaskOutcome<unknown>): unknown {
  if (outcome.kind === "returned") return outcome.value;
  return outcome.kind === "threw" ? (outcome.error as Error).name : undefined;
}

/** Real memory for the promise views of one task; its waits keep the event loop alive. */
export function loopMemory(layout: Layout): SharedMemory {
  const hold = () => {
    const timer = setInterval(() => {}, 1000);
    return () => clearInterval(timer);
  };
  return SharedMemory.create(layout, { guests: 0, clock: () => performance.now(), hold });
}
