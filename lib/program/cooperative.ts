/**
 * The cooperative driver: many tasks on one model memory, one at a time.
 *
 * - By default a task runs until it blocks; then the task that has been ready the longest continues: first in, first
 *   out.
 * - `seed` or `pick` choose another ready task instead; with `switchAt: "operation"` they choose before every
 *   operation, so any interleaving of operations can occur. The same choices produce the same run.
 * - The clock advances only when no task is ready. If nothing can become ready anymore while a task still waits, that
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
 */

import type { CallOperation, Chooser, ModelMemory, ParkedTask, Steps } from "../memory/mod.ts";
import { seededChooser } from "../memory/mod.ts";
import { type TaskOutcome, TaskRun } from "./task_run.ts";

/** One task of a cooperative run. */
export interface CooperativeTask<T> {
  /** Its name, for the result. */
  readonly name: string;
  /** Its steps. */
  readonly steps: Steps<T>;
}

/** How many operations are performed between two calls of `stopped`. */
const OPERATIONS_BETWEEN_LOOKS = 1024;

/** How to choose the task that continues. */
export interface CooperativeOptions {
  /** Determines all choices; without it and `pick`, tasks run first in, first out. */
  readonly seed?: number;
  /** Returns the index, in the queue of ready tasks, of the one that continues; takes precedence over `seed`. */
  readonly pick?: Chooser;
  /** Where tasks may switch: when one blocks or ends (`blocked`, the default), or before each `operation`. */
  readonly switchAt?: "blocked" | "operation";
  /**
   * Called each time a task parks or ends, with all waiting tasks, and whether it is a `deadlock`, in which no task can
   * continue. Each error that it returns is thrown into its task. If it returns nothing, a deadlock ends the run.
   */
  readonly onParked?: (waiting: readonly WaitingTask[], deadlock: boolean) => ReadonlyMap<number, unknown> | undefined;
  /** Called when a task continues, parks or has ended. */
  readonly onTurn?: (run: TaskRun<unknown>, what: "goes on" | "parks" | "ends") => void;
  /** Called now and then; an error that it returns is thrown into every task, which ends the run. */
  readonly stopped?: () => unknown;
}

/** A waiting task. */
export interface WaitingTask {
  /** The index of the task. */
  readonly task: number;
  /** The task's name. */
  readonly name: string;
  /** The call that it is in, if any. */
  readonly call: CallOperation | undefined;
  /** Its deadline, in milliseconds; `Infinity` if it has none. */
  readonly until: number;
  /** The name of the word that it waits on. */
  readonly on: string;
  /** The word. */
  readonly word: number;
}

/** The result of a cooperative run; the outcomes are in the order of the tasks. */
export type CooperativeResult<T> =
  | { readonly kind: "finished"; readonly outcomes: readonly TaskOutcome<T>[] }
  | {
    readonly kind: "deadlock";
    readonly outcomes: readonly TaskOutcome<T>[];
    readonly waiting: readonly WaitingTask[];
  };

/** Runs all tasks until they end or none can continue. An error in a task is its outcome; the others continue. */
export function runCooperative<T>(
  memory: ModelMemory,
  tasks: readonly CooperativeTask<T>[],
  { seed, pick = seed === undefined ? () => 0 : seededChooser(seed), switchAt = "blocked", onParked, onTurn, stopped }:
    CooperativeOptions = {},
): CooperativeResult<T> {
  if (switchAt === "operation") memory.defer();
  const runs = tasks.map(({ name, steps }, number) => new TaskRun(memory, { name, number, steps }));
  // Every task is in exactly one place: in `queue`, parked in the memory, or ended.
  const queue = [...runs.keys()];
  const queueReady = () => {
    for (const { task, answer } of memory.takeReady()) {
      runs[task]?.wake(answer);
      queue.push(task);
    }
  };
  const waiting = () => memory.parked.map((parked) => waitingTask(memory, runs[parked.task], parked));
  const interrupt = (deadlock: boolean): boolean => {
    const errors = onParked?.(waiting(), deadlock) ?? new Map<number, unknown>();
    for (const [task, error] of errors) {
      const run = runs[task];
      if (run === undefined || !run.parked) continue;
      run.interrupt(error);
      if (run.ended) onTurn?.(run, "ends");
      else queue.push(task);
    }
    return errors.size > 0;
  };
  let operations = 0;
  const isStopped = (): boolean => {
    const error = operations++ % OPERATIONS_BETWEEN_LOOKS === 0 ? stopped?.() : undefined;
    if (error === undefined) return false;
    for (const run of runs) if (!run.ended) run.interrupt(error);
    return true;
  };
  do {
    queueReady();
    while (queue.length > 0) {
      const [number = 0] = queue.splice(queue.length === 1 ? 0 : pick(queue.length), 1);
      const run = runs[number];
      if (run === undefined) continue;
      onTurn?.(run, "goes on");
      do {
        if (isStopped()) return { kind: "finished", outcomes: runs.map(({ outcome }) => outcome) };
        run.perform();
      } while (!run.parked && !run.ended && switchAt === "blocked");
      if (run.ended) onTurn?.(run, "ends");
      else if (run.parked) onTurn?.(run, "parks");
      else queue.push(number);
      queueReady();
      if ((run.parked || run.ended) && onParked !== undefined) interrupt(false);
    }
  } while (memory.advance() || (memory.parked.length > 0 && interrupt(true)));
  const outcomes = runs.map((run) => run.outcome);
  const left = waiting();
  return left.length === 0 ? { kind: "finished", outcomes } : { kind: "deadlock", outcomes, waiting: left };
}

function waitingTask(
  memory: ModelMemory,
  run: TaskRun<unknown> | undefined,
  { task, word = -1, until }: ParkedTask,
): WaitingTask {
  return { task, name: run?.name ?? `task ${task}`, call: run?.call, on: memory.layout.nameOf(word), word, until };
}
