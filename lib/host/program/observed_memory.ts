/**
 * A memory that records when its task waits, for the picture of a run.
 *
 * - It can report its records while the task runs: before a wait, so that the wait is known while it lasts, but at most
 *   once every REPORT milliseconds. What has been reported is no longer kept.
 * - Time is spent in waits, sleeps, and calls that the memory's owner answers; everything else is the task's own work.
 */

import type { Answer, CallOperation, Layout, Memory, Operation, Steps } from "../../memory/mod.ts";
import { calledName, INLINE, runBlocking } from "../../memory/mod.ts";

import type { SharedThing } from "../../sync/mod.ts";
import { HoldRecorder } from "./hold_recorder.ts";
import { type OwnUse, UseRecorder, type WatchedThings } from "./use_recorder.ts";

/** The shortest time between two reports of a task, in milliseconds. */
const REPORT = 5;

/** A span in which a task waited for something or held it. */
export interface TaskSpan {
  /** The call in which it waited, or the thing that it held. */
  readonly name: string;
  /** When it began, in milliseconds. */
  readonly started: number;
  /** When it was over, in milliseconds. */
  readonly finished: number;
}

/** What a task has done since its last report. */
export interface TaskNotes {
  /** What it waited for, if recorded. */
  readonly waits: readonly TaskSpan[];
  /** What it held, if recorded and visible to it. */
  readonly holds: readonly TaskSpan[];
  /** How it used shared things, if recorded and visible to it. */
  readonly uses: readonly OwnUse[];
}

/** Receives the records before a wait, the call in which the task is about to wait, and the current time. */
type Report = (notes: TaskNotes, waiting: string, since: number) => void;

/** A memory that records when its task waits. */
export class ObservedMemory implements Memory {
  #waits: TaskSpan[] = [];
  /** What it held, if recorded. */
  #holding: TaskSpan[] = [];
  /** How it used shared things, if recorded. */
  #used: OwnUse[] = [];
  #report: Report | undefined;
  #reported = -Infinity;
  readonly #memory: Memory;
  readonly #now: () => number;
  #call: CallOperation | undefined;
  #holds: HoldRecorder | undefined;
  #uses: UseRecorder | undefined;

  /** Observes a memory, timed by a clock. */
  constructor(memory: Memory, now: () => number) {
    this.#memory = memory;
    this.#now = now;
  }

  /** Starts reporting records while the task runs. */
  reportBy(report: Report): void {
    this.#report = report;
  }

  /** Takes the records since the last report. */
  take(): TaskNotes {
    const notes = { waits: this.#waits, holds: this.#holding, uses: this.#used };
    [this.#waits, this.#holding, this.#used] = [[], [], []];
    return notes;
  }

  /** Also records what the task holds among the things of its view. */
  watch(things: ReadonlyMap<string, SharedThing>, task: number): void {
    this.#holds = new HoldRecorder(things, this.#memory, ({ task: holder, ...span }) => {
      if (holder === task) this.#holding.push(span);
    });
  }

  /**
   * Also records how the task uses shared things; `things` must belong to a view of the memory that nobody else uses.
   */
  watchUses(things: WatchedThings): void {
    this.#uses = new UseRecorder(things, this.#memory, { now: this.#now, tell: (use) => void this.#used.push(use) });
  }

  /** Records the end of the task. */
  end(): void {
    this.#holds?.end(this.#now());
  }

  /** The memory's layout. */
  get layout(): Layout {
    return this.#memory.layout;
  }

  /** The memory's words. */
  get words(): Int32Array | undefined {
    return this.#memory.words;
  }

  /** Performs one operation, and records it if it takes time. */
  perform(operation: Operation): Answer {
    const { kind } = operation;
    // A call's changes are visible before the next operation.
    if (this.#call !== undefined) this.#holds?.look(this.#now());
    if (kind === "call") this.#call = operation;
    if (kind !== "call" && kind !== "wait" && kind !== "sleep") {
      return this.#noted(operation, this.#memory.perform(operation));
    }
    const started = this.#now();
    const name = kind === "sleep" ? "sleep" : `${this.#call?.object}.${calledName(this.#call?.method ?? "")}`;
    // Whether a call takes time is known only once it is over.
    if (kind !== "call" && started - this.#reported >= REPORT) {
      this.#reported = started;
      this.#report?.(this.take(), name, started);
    }
    let answer: Answer;
    try {
      answer = this.#memory.perform(operation);
    } finally {
      if (kind !== "call" || answer !== INLINE) this.#waits.push({ name, started, finished: this.#now() });
    }
    return this.#noted(operation, answer);
  }

  #noted(operation: Operation, answer: Answer): Answer {
    return this.#uses === undefined ? answer : this.#uses.note(operation, { task: 0, answer });
  }

  /** Draws the next ticket. */
  ticket(): number {
    return this.#memory.ticket();
  }

  /** Performs the steps at once. */
  release(steps: Steps<unknown>): void {
    runBlocking(this, steps);
  }
}
