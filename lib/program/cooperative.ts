/**
 * The cooperative driver: many tasks over one model memory, one at a time.
 *
 * - By default a task runs until it blocks, then the task that has been ready for longest goes on: first in, first out.
 * - `seed` or `pick` choose another ready task instead; `switchAt: "operation"` asks them before every operation, so that
 *   any interleaving of operations can come about. The same choices give the same run.
 * - The clock advances only when no task is ready. When nothing can become ready any more while a task still waits, that
 *   is a deadlock: the result says which tasks wait, and on which words.
 *
 * @example
 * ```ts
 * import { Layout, ModelMemory, notify, store, wait } from "../memory/mod.ts";
 * import { runCooperative } from "./cooperative.ts";
 *
 * const layout = new Layout();
 * const gate = layout.word("gate");
 * const memory = new ModelMemory(layout);
 * function* enter() {
 *   yield* wait(gate, 0);
 * }
 * function* open() {
 *   yield* store(gate, 1);
 *   yield* notify(gate);
 * }
 * const alone = runCooperative(memory, [{ name: "guest", steps: enter() }]);
 * if (alone.kind !== "deadlock" || alone.waiting[0]?.on !== "gate") throw new Error("nobody opens the gate");
 * const tasks = [{ name: "guest", steps: enter() }, { name: "host", steps: open() }];
 * if (runCooperative(new ModelMemory(layout), tasks).kind !== "finished") throw new Error("the host opens the gate");
 * ```
 *
 * @module
 */

import {
  type Answer,
  type Chooser,
  type ModelMemory,
  type Operation,
  PARKED,
  seededChooser,
  type Steps,
} from "../memory/mod.ts";
import { throwInto } from "./blocking.ts";

/** One task of a cooperative run. */
export interface CooperativeTask<T> {
  /** The name, for the result. */
  readonly name: string;
  /** What it does. */
  readonly steps: Steps<T>;
}

/** How to choose who goes on. */
export interface CooperativeOptions {
  /** Decides all choices; without it and `pick`, first in, first out. */
  readonly seed?: number;
  /** Gives the place, in the queue of ready tasks, of the one that goes on; before `seed`. */
  readonly pick?: Chooser;
  /** Where tasks may switch: where one blocks or ends (`blocked`, the default), or before each `operation`. */
  readonly switchAt?: "blocked" | "operation";
}

/** How a task ended. */
export type TaskOutcome<T> =
  | { readonly kind: "returned"; readonly name: string; readonly value: T }
  | { readonly kind: "threw"; readonly name: string; readonly error: unknown }
  | { readonly kind: "waiting"; readonly name: string };

/** A task of a deadlock. */
export interface WaitingTask {
  /** The task's name. */
  readonly name: string;
  /** The name of the word that it waits on. */
  readonly on: string;
  /** The word. */
  readonly word: number;
}

/** How a cooperative run ended; the outcomes are in the order of the tasks. */
export type CooperativeResult<T> =
  | { readonly kind: "finished"; readonly outcomes: readonly TaskOutcome<T>[] }
  | {
    readonly kind: "deadlock";
    readonly outcomes: readonly TaskOutcome<T>[];
    readonly waiting: readonly WaitingTask[];
  };

/** Runs all tasks until they end or nothing can go on. What a task throws is its outcome; the others go on. */
export function runCooperative<T>(
  memory: ModelMemory,
  tasks: readonly CooperativeTask<T>[],
  { seed, pick = chooserOf(seed), switchAt = "blocked" }: CooperativeOptions = {},
): CooperativeResult<T> {
  const runs = tasks.map((task) => new TaskRun(task));
  // Every task is in exactly one place: in `queue`, parked in the memory, or ended.
  const queue = [...runs.keys()];
  const queueReady = () => {
    for (const { task, answer } of memory.takeReady()) {
      runs[task]?.wake(answer);
      queue.push(task);
    }
  };
  do {
    queueReady();
    while (queue.length > 0) {
      const [number = 0] = queue.splice(queue.length === 1 ? 0 : pick(queue.length), 1);
      const state = runs[number]?.go(memory, number, switchAt);
      if (state === "ready") queue.push(number);
      queueReady();
    }
  } while (memory.advance());
  const outcomes = runs.map((run) => run.outcome);
  const waiting = memory.parked.map(({ task, word = -1 }): WaitingTask => {
    return { name: tasks[task]?.name ?? `task ${task}`, on: memory.layout.nameOf(word), word };
  });
  return waiting.length === 0 ? { kind: "finished", outcomes } : { kind: "deadlock", outcomes, waiting };
}

function chooserOf(seed: number | undefined): Chooser {
  return seed === undefined ? () => 0 : seededChooser(seed);
}

/** One task on its way. Local code runs as soon as its answer is there, so a ready task stands before an operation. */
class TaskRun<T> {
  outcome: TaskOutcome<T>;
  readonly #name: string;
  readonly #iterator: Iterator<Operation, T, unknown>;
  // Undefined before the first step; else the operation to perform, or the one in which the task is parked.
  #step: IteratorResult<Operation, T> | undefined;
  // Set from the wake-up of a parked task until it goes on.
  #woken: { readonly answer: Answer } | undefined;

  constructor({ name, steps }: CooperativeTask<T>) {
    this.#name = name;
    this.#iterator = steps[Symbol.iterator]();
    this.outcome = { kind: "waiting", name };
  }

  /** Notes the answer to the operation in which the task is parked. */
  wake(answer: Answer): void {
    this.#woken = { answer };
  }

  /** Goes on until the task blocks, ends or may switch. */
  go(memory: ModelMemory, number: number, switchAt: "blocked" | "operation"): "ready" | "parked" | "ended" {
    try {
      let step = this.#resume();
      while (!step.done) {
        const answer = this.#begin(memory, step.value, number);
        if (answer === PARKED) return "parked";
        step = this.#step = answer instanceof Failure
          ? throwInto(this.#iterator, answer.error)
          : this.#iterator.next(answer);
        if (switchAt === "operation" && !step.done) return "ready";
      }
      this.outcome = { kind: "returned", name: this.#name, value: step.value };
    } catch (error) {
      this.outcome = { kind: "threw", name: this.#name, error };
    }
    return "ended";
  }

  #resume(): IteratorResult<Operation, T> {
    if (this.#woken !== undefined) {
      const { answer } = this.#woken;
      this.#woken = undefined;
      this.#step = this.#iterator.next(answer);
    }
    return this.#step ??= this.#iterator.next();
  }

  #begin(memory: ModelMemory, operation: Operation, number: number): Answer | typeof PARKED | Failure {
    try {
      return memory.begin(operation, number);
    } catch (error) {
      return new Failure(error);
    }
  }
}

/** What an operation threw. */
class Failure {
  constructor(readonly error: unknown) {}
}
