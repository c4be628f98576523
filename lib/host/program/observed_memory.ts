/**
 * A memory that notes when its task waits, for the picture of a run.
 *
 * - What it noted can be reported while the task goes on: before a wait, so that it is known while the wait lasts, but no more
 *   often than every REPORT milliseconds. What was reported is noted no longer.
 * - What takes time is a wait, a sleep, and a call that the owner of the memory answers; all else is the task's own work.
 */

import type { Answer, CallOperation, Layout, Memory, Operation, Steps } from "../../memory/mod.ts";
import { calledName, INLINE, runBlocking } from "../../memory/mod.ts";

import type { SharedThing } from "../../sync/mod.ts";
import { Holds } from "./holds.ts";
import { type OwnUse, Uses, type WatchedThings } from "./uses.ts";

/** How many milliseconds lie between two reports of a task, at least. */
const REPORT = 5;

/** What a task waited for or held, for some time. */
export interface TaskSpan {
  /** The call that it waited in, or the thing that it held. */
  readonly name: string;
  /** When it began, in milliseconds. */
  readonly started: number;
  /** When it was over, in milliseconds. */
  readonly finished: number;
}

/** What a task did since it last told. */
export interface TaskNotes {
  /** What it waited for, where that was to be noted. */
  readonly waits: readonly TaskSpan[];
  /** What it held, where that was to be noted and it can see it. */
  readonly holds: readonly TaskSpan[];
  /** What it did with shared things, where that was to be noted and it can see it. */
  readonly uses: readonly OwnUse[];
}

/** Told what was noted before a wait, which is in that call and since then. */
type Report = (notes: TaskNotes, waiting: string, since: number) => void;

export class ObservedMemory implements Memory {
  #waits: TaskSpan[] = [];
  /** What it held, as far as it looks. */
  #holding: TaskSpan[] = [];
  /** What it did with shared things, if that is to be noted. */
  #used: OwnUse[] = [];
  #report: Report | undefined;
  #reported = -Infinity;
  readonly #memory: Memory;
  readonly #now: () => number;
  #call: CallOperation | undefined;
  #holds: Holds | undefined;
  #uses: Uses | undefined;

  /** Observes a memory by a clock. */
  constructor(memory: Memory, now: () => number) {
    this.#memory = memory;
    this.#now = now;
  }

  /** Reports what was noted while the task goes on. */
  reportBy(report: Report): void {
    this.#report = report;
  }

  /** Gives what was noted since it was last taken. */
  take(): TaskNotes {
    const notes = { waits: this.#waits, holds: this.#holding, uses: this.#used };
    [this.#waits, this.#holding, this.#used] = [[], [], []];
    return notes;
  }

  /** Notes what a task holds as well, by the things of its view. */
  watch(things: ReadonlyMap<string, SharedThing>, task: number): void {
    this.#holds = new Holds(things, this.#memory, ({ task: holder, ...span }) => {
      if (holder === task) this.#holding.push(span);
    });
  }

  /** Notes what the task does with shared things as well; `things` are those of a view of the memory that nobody else uses. */
  watchUses(things: WatchedThings): void {
    this.#uses = new Uses(things, this.#memory, { now: this.#now, tell: (use) => void this.#used.push(use) });
  }

  /** The task has ended. */
  end(): void {
    this.#holds?.end(this.#now());
  }

  /** That of the memory. */
  get layout(): Layout {
    return this.#memory.layout;
  }

  /** Those of the memory. */
  get words(): Int32Array | undefined {
    return this.#memory.words;
  }

  /** Performs one operation, and notes it if it waits. */
  perform(operation: Operation): Answer {
    const { kind } = operation;
    // What a call has changed shows before whatever comes next.
    if (this.#call !== undefined) this.#holds?.look(this.#now());
    if (kind === "call") this.#call = operation;
    if (kind !== "call" && kind !== "wait" && kind !== "sleep") {
      return this.#noted(operation, this.#memory.perform(operation));
    }
    const started = this.#now();
    const name = kind === "sleep" ? "sleep" : `${this.#call?.object}.${calledName(this.#call?.method ?? "")}`;
    // Whether a call takes time is known only when it is over.
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
