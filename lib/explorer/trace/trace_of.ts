/**
 * The trace of a schedule's run, row by row, for people: which task does what, with which values, and where in the
 * source.
 *
 * - With granularity `operation`, a row is a call, an access to a cell, a wait or an end; with `word`, each memory
 *   operation is one.
 * - The places in the source are found by running the tasks a second time, so that the search stays fast.
 */

import { type Answer, calledName, type Layout, PARKED } from "../../memory/mod.ts";
import { type AnyProgram, dataText } from "../../program/mod.ts";
import { actionText, wakeText } from "./action_text.ts";
import type { TreeNode } from "../answer_tree.ts";
import type { Failure } from "../prompter.ts";
import type { Execution, Observe } from "../execution.ts";
import type { Finding } from "../finding.ts";
import { type Repetition, repetition, type RepetitionOptions } from "../repetition.ts";
import { isDeath, type Point, type Scheduler } from "../scheduler.ts";
import { sourcesOf } from "./sources.ts";
import { type Touch, touchOf } from "./touch.ts";

/** One row of a trace. */
export interface TraceRow {
  /** The step of the schedule that it belongs to; -1 before the first. */
  readonly step: number;
  /** The number of the task. */
  readonly task: number;
  /** What the task does, with the values. */
  readonly text: string;
  /** The number of the task that it preempts, which could have continued; undefined if it preempts none. */
  readonly preempts: number | undefined;
  /** Whether it is one of the two accesses of a data race. */
  readonly races: boolean;
  /** The names of the shared things that the task holds after it. */
  readonly holds: readonly string[];
  /** Its place in the source: URL, line and column; undefined if unknown. */
  readonly source: string | undefined;
  /** The shared thing that it concerns, and the values; absent if none. */
  readonly touch?: Touch | undefined;
}

/** A run, row by row. */
export interface RunTrace {
  /** The names of the tasks. */
  readonly tasks: readonly string[];
  /** The rows, in order. */
  readonly rows: readonly TraceRow[];
  /** The outcome; undefined if the run is not complete. */
  readonly outcome: unknown;
  /** The bug that it shows, if any. */
  readonly finding: Finding | undefined;
  /** The number of preemptions. */
  readonly preemptions: number;
}

type Row = { -readonly [K in keyof TraceRow]: TraceRow[K] };

/**
 * Returns the trace of the run of a schedule.
 *
 * @throws {RangeError} if the text is not a schedule, or is one of another program, variant, version or input.
 */
export function traceOf(
  program: AnyProgram,
  schedule: string,
  options: RepetitionOptions = {},
): RunTrace {
  return tracedRun(repetition(program, schedule, options));
}

/** An observer of a run while it is traced. */
export interface Watcher {
  /**
   * Called before each step with the possible actions and the index of the one picked, and at the end with no actions.
   */
  between(actions: readonly number[], pick: number): void;
  /** Called for each operation. */
  readonly observe: Observe;
}

/** Returns the trace of a run, with an observer created for its execution. */
export function tracedRun(
  { result, execution, model, scheduler }: Repetition,
  watcherOf?: (execution: Execution) => Watcher,
): RunTrace {
  const { names } = execution.model;
  // Only this run shows whether to look for races.
  execution.run(scheduler());
  const recorder = new Recorder(execution);
  const watcher = watcherOf?.(execution);
  execution.run(recorder.over(scheduler(), watcher), (task, node, answer) => {
    recorder.observe(task, node, answer);
    watcher?.observe(task, node, answer);
  });
  watcher?.between([], 0);
  recorder.markRace();
  recorder.finish();
  const places = sourcesOf(model(), recorder.answers);
  const rows = recorder.rows.map(({ row, place }): TraceRow => ({ ...row, source: places[row.task]?.[place] }));
  return { tasks: names, rows, ...result };
}

const WAITS = ", waits";

/** Writes the rows of a run. */
class Recorder {
  /** The rows, each with the number of its operation among those of its task. */
  readonly rows: { readonly row: Row; readonly place: number }[] = [];
  /** The answers to each task. */
  readonly answers: (Answer | Failure)[][];
  readonly #execution: Execution;
  readonly #layout: Layout;
  // The row of each operation of the run, from 1.
  readonly #rowOf: (Row | undefined)[] = [undefined];
  #step = -1;
  // The task that the first row of the present step preempts.
  #preempts: number | undefined;
  readonly #waiting = new Set<number>();
  // The names of the things that each task holds.
  readonly #holds: (readonly string[])[] = [];
  // The row for a thing that is told of the end of a task, kept until the thing changes something.
  #telling: string | undefined;

  constructor(execution: Execution) {
    this.#execution = execution;
    this.#layout = execution.model.memory.layout;
    this.answers = execution.model.tasks.map(() => []);
  }

  /** Wraps a scheduler to note its picks. */
  over(scheduler: Scheduler, watcher: Watcher | undefined): Scheduler {
    return {
      watches: false,
      begin: () => true,
      pick: (point: Point) => {
        const pick = scheduler.pick(point);
        watcher?.between(point.actions, pick);
        this.#step = point.step;
        this.#preempts = point.preempts && pick > 0 ? point.last % point.tasks : undefined;
        const action = point.actions[pick] ?? 0;
        const task = action % point.tasks;
        if (isDeath(action, point.tasks)) this.#add(task, this.answers[task]?.length ?? 0, "dies");
        return pick;
      },
      end: (run) => scheduler.end(run),
    };
  }

  observe(task: number, node: TreeNode, answer: Answer | typeof PARKED | Failure): void {
    this.#observe(task, node, answer);
    const held = this.#execution.model.heldBy(task).filter((name) => !name.includes("."));
    this.#holds[task] = held;
    const last = this.rows.findLast(({ row }) => row.task === task);
    if (last !== undefined) last.row.holds = held;
  }

  #observe(task: number, node: TreeNode, answer: Answer | typeof PARKED | Failure): void {
    const { operation } = node;
    const answers = this.answers[task];
    if (operation === undefined || answers === undefined) return;
    if (this.#execution.nodes[task]?.end !== undefined) return this.#tell(task, node, answer);
    const place = answers.length;
    const last = this.rows.at(-1);
    const waited = this.#waiting.delete(task);
    if (answer === PARKED) {
      this.#waiting.add(task);
      const goesOn = last?.row.task === task && last.row.step === this.#step;
      if (goesOn && node.call !== undefined) last.row.text += WAITS;
      else this.#add(task, place, operation.kind === "sleep" ? `pauses until ${operation.until} ms` : "waits");
      this.#rowOf.push(undefined);
      return;
    }
    if (waited) this.#add(task, place, wakeText(operation, answer));
    else if (node.isPoint && node.call !== undefined && this.#execution.granularity === "operation") {
      // A call that others could interrupt.
      if (last?.row.task !== task) {
        this.#add(task, place, `goes on with ${node.call.object}.${calledName(node.call.method)}`);
      }
    } else if (
      node.isPoint || operation.kind === "choose" || (node.call === undefined && "order" in operation) ||
      this.#execution.granularity === "word"
    ) {
      this.#add(task, place, actionText(operation, { answer, layout: this.#layout, call: node.call }));
      const row = this.rows.at(-1)?.row;
      if (row !== undefined) row.touch = touchOf(operation, { answer, layout: this.#layout });
    }
    if (!waited) this.#rowOf.push(this.rows.findLast(({ row }) => row.task === task)?.row);
    answers.push(answer);
    const end = this.#execution.model.tasks[task]?.after(node, answer).end;
    if (end !== undefined) {
      this.#add(task, place + 1, end.kind === "threw" ? `throws ${end.error}` : returned(end.value));
    }
  }

  /**
   * Adds a row for telling a shared thing about the end of a task, if that changes anything; with granularity `word`, a
   * row for each operation.
   */
  #tell(task: number, { operation, call }: TreeNode, answer: Answer | typeof PARKED | Failure): void {
    const { memory: { layout } } = this.#execution.model;
    const place = this.answers[task]?.length ?? 0;
    if (operation === undefined) return;
    if (this.#execution.granularity === "word") {
      const text = answer === PARKED
        ? `${actionText(operation, { layout, call })}${WAITS}`
        : actionText(operation, { answer, layout, call });
      this.#add(task, place + 1, text);
    } else if (operation.kind === "call") {
      this.#telling = `${operation.object} ${operation.method === "died" ? "is recovered" : "is told of the end"}`;
    } else if (operation.kind !== "load" && this.#telling !== undefined) {
      this.#add(task, place + 1, this.#telling);
      this.#telling = undefined;
    }
    if (answer === PARKED || !this.#waiting.has(task)) this.#rowOf.push(this.rows.at(-1)?.row);
    if (answer === PARKED) this.#waiting.add(task);
    else this.#waiting.delete(task);
  }

  /** Adds rows for the tasks that wait forever. */
  finish(): void {
    this.#preempts = undefined;
    for (const [task, { operation, call }] of this.#execution.nodes.entries()) {
      if (operation === undefined || this.#isStopped(task)) continue;
      const last = this.rows.findLast(({ row }) => row.task === task)?.row;
      if (last?.text.endsWith(WAITS)) last.text += " forever";
      else {
        const text = actionText(call ?? operation, { layout: this.#layout });
        this.#add(task, this.answers[task]?.length ?? 0, `${text}${WAITS} forever`);
      }
    }
  }

  /** Whether a task is a daemon that was stopped at its present place. */
  #isStopped(task: number): boolean {
    const { nodes, model: { daemons } } = this.#execution;
    return daemons.has(task) && nodes.every(({ end }, other) => end !== undefined || daemons.has(other));
  }

  #add(task: number, place: number, text: string): void {
    const row: Row = {
      step: this.#step,
      task,
      text,
      preempts: this.#preempts,
      races: false,
      holds: this.#holds[task] ?? [],
      source: undefined,
    };
    this.#preempts = undefined;
    this.rows.push({ row, place });
  }

  /** Marks the rows of the first race. */
  markRace(): void {
    const race = this.#execution.races?.race;
    for (const { at } of race === undefined ? [] : [race.first, race.second]) {
      const row = this.#rowOf[at];
      if (row !== undefined) row.races = true;
    }
  }
}

function returned(value: unknown): string {
  return value === undefined ? "returns" : `returns ${dataText(value)}`;
}
