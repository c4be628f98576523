/**
 * The model memory: an ordinary buffer, one operation at a time, a virtual clock, and tasks that park as data.
 *
 * - `begin` performs an operation for a task; where the task must wait it is parked and `PARKED` comes back. Whoever drives
 *   the tasks takes those that can go on, with their answers, from `takeReady`.
 * - Waiters of a word wake first in first out. A parked task never wakes without a notify or its time.
 * - The clock stands still until `advance` moves it to the earliest time that a parked task waits for.
 *
 * @example
 * ```ts
 * import { Layout } from "./layout.ts";
 * import { ModelMemory, PARKED } from "./model_memory.ts";
 *
 * const layout = new Layout();
 * const word = layout.word("gate");
 * const memory = new ModelMemory(layout);
 * const answer = memory.begin({ kind: "wait", word, expected: 0 }, 7);
 * memory.perform({ kind: "notify", word, count: 1 });
 * const [ready] = memory.takeReady();
 * if (answer !== PARKED || ready?.task !== 7 || ready.answer !== "woken") throw new Error("task 7 is woken");
 * ```
 *
 * @module
 */

import { Cells } from "./cells.ts";
import type { Layout } from "./layout.ts";
import { type Chooser, firstChoice, type Memory, pick } from "./memory.ts";
import type { Answer, NotifyOperation, Operation, SleepOperation, WaitOperation } from "./operation.ts";

/** What {@linkcode ModelMemory.begin} gives where the task must wait. */
export const PARKED: unique symbol = Symbol("parked");

/** A task that waits. */
export interface ParkedTask {
  /** The number that the driver gave. */
  readonly task: number;
  /** The word that it waits on; absent for a sleeper. */
  readonly word?: number;
  /** When it gives up or wakes, in milliseconds; `Infinity` for never. */
  readonly until: number;
}

/** A task that waited and can go on. */
export interface ReadyTask {
  /** The number that the driver gave. */
  readonly task: number;
  /** The answer to the operation that it waited in. */
  readonly answer: Answer;
}

/** What a model memory needs besides its layout. */
export interface ModelMemoryOptions {
  /** Where the clock starts, in milliseconds; 0 by default. */
  readonly start?: number;
  /** Answers `choose`; the first choice by default. */
  readonly chooser?: Chooser;
}

/** The memory of direct mode and of the explorer. */
export class ModelMemory implements Memory {
  /** Where everything lies, and its names; frozen. */
  readonly layout: Layout;
  readonly #cells: Cells;
  readonly #chooser: Chooser;
  // A task is in at most one of #parked and #ready. #parked is in the order of parking.
  #parked: ParkedTask[] = [];
  #ready: ReadyTask[] = [];
  #clock: number;
  #tickets = 0;

  /** Makes a memory of zeros and freezes its layout. */
  constructor(layout: Layout, { start = 0, chooser = firstChoice }: ModelMemoryOptions = {}) {
    this.layout = layout.freeze();
    const words = layout.wordCount + layout.wordCount % 2;
    const buffer = new ArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT + layout.byteCount);
    this.#cells = new Cells(buffer, { words, bytes: layout.byteCount });
    this.#chooser = chooser;
    this.#clock = start;
  }

  /** The virtual clock, in milliseconds. */
  get clock(): number {
    return this.#clock;
  }

  /** The tasks that wait, in the order in which they parked. */
  get parked(): readonly ParkedTask[] {
    return this.#parked;
  }

  /** Performs one operation for a lone task: a wait lasts up to its deadline. */
  perform(operation: Operation): Answer {
    const lone = -1;
    const answer = this.begin(operation, lone);
    if (answer !== PARKED) return answer;
    const parked = this.#parked.pop();
    const until = parked?.until ?? Infinity;
    if (until === Infinity) {
      const name = this.layout.nameOf(parked?.word ?? -1);
      throw new Error(`Cannot wait on ${name}: a lone task that nobody can notify, a deadline or a driver is wanted`);
    }
    this.#clock = until;
    return operation.kind === "wait" ? "timed-out" : undefined;
  }

  /** Performs one operation for a task, or parks the task. */
  begin(operation: Operation, task: number): Answer | typeof PARKED {
    switch (operation.kind) {
      case "wait":
        return this.#wait(operation, task);
      case "sleep":
        return this.#sleep(operation, task);
      case "notify":
        return this.#notify(operation);
      case "now":
        return this.#clock;
      case "choose":
        return pick(this.#chooser, operation.n);
      default:
        return this.#cells.perform(operation);
    }
  }

  /** Draws the next ticket. */
  ticket(): number {
    return ++this.#tickets;
  }

  /** The tasks that can go on since the last time, in the order in which they were woken. */
  takeReady(): readonly ReadyTask[] {
    const ready = this.#ready;
    if (ready.length > 0) this.#ready = [];
    return ready;
  }

  /** Moves the clock to the earliest time that a parked task waits for and wakes all that are due; false if none is. */
  advance(): boolean {
    const earliest = this.#parked.reduce((least, { until }) => Math.min(least, until), Infinity);
    if (earliest === Infinity) return false;
    this.#clock = Math.max(this.#clock, earliest);
    const due = this.#parked.filter(({ until }) => until <= this.#clock);
    due.sort((one, other) => one.until - other.until);
    this.#parked = this.#parked.filter(({ until }) => until > this.#clock);
    this.#ready.push(
      ...due.map(({ task, word }): ReadyTask => ({ task, answer: word === undefined ? undefined : "timed-out" })),
    );
    return true;
  }

  #wait({ word, expected, deadline = Infinity }: WaitOperation, task: number): Answer | typeof PARKED {
    this.#cells.checkWord("wait", word, 1);
    if (this.#cells.words[word] !== (expected | 0)) return "not-equal";
    if (deadline <= this.#clock) return "timed-out";
    this.#parked.push({ task, word, until: deadline });
    return PARKED;
  }

  #sleep({ until }: SleepOperation, task: number): undefined | typeof PARKED {
    if (until <= this.#clock) return undefined;
    this.#parked.push({ task, until });
    return PARKED;
  }

  #notify({ word, count }: NotifyOperation): number {
    this.#cells.checkWord("notify", word, 1);
    const woken = this.#parked.filter((parked) => parked.word === word).slice(0, Math.max(0, count));
    if (woken.length === 0) return 0;
    this.#parked = this.#parked.filter((parked) => !woken.includes(parked));
    for (const { task } of woken) this.#ready.push({ task, answer: "woken" });
    return woken.length;
  }
}
