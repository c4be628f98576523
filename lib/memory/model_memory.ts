/**
 * Model memory: an ordinary buffer, one operation at a time, a virtual clock, and parked tasks as data.
 *
 * - `begin` performs an operation for a task; if the task must wait, it is parked and `begin` returns `PARKED`. The
 *   driver takes the tasks that can continue, with their answers, from `takeReady`.
 * - Waiters of a word wake first in, first out. A parked task wakes only by a notify or at its time.
 * - The clock moves only by `advance`, to the earliest time that a parked task waits for; by `advanceTo` or `pass`, to
 *   a given time; or by `expire`, to the time of one task.
 * - The steps of guards' disposals are performed at once or, after `defer`, handed to the driver.
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
 */

import { runBlocking } from "./blocking.ts";
import { Cells, type SavedCells } from "./cells.ts";
import type { Layout } from "./layout.ts";
import { checkTime, type Chooser, firstChoice, type Memory, pick } from "./memory.ts";
import type { Answer, NotifyOperation, Operation, SleepOperation, WaitOperation } from "./operation.ts";
import type { Steps } from "./steps.ts";
import { INLINE } from "./operation.ts";

/** The result of {@linkcode ModelMemory.begin} if the task must wait. */
export const PARKED: unique symbol = Symbol("parked");

/** A waiting task. */
export interface ParkedTask {
  /** The task's number, assigned by the driver. */
  readonly task: number;
  /** The word that it waits on; absent for a sleeping task. */
  readonly word?: number;
  /** When it gives up or wakes, in milliseconds; `Infinity` for never. */
  readonly until: number;
  /** If it polls: the value that the word must change from. */
  readonly polled?: number;
}

/** A task that waited and can continue. */
export interface ReadyTask {
  /** The task's number, assigned by the driver. */
  readonly task: number;
  /** The answer to the operation in which it waited. */
  readonly answer: Answer;
}

/** A saved state of a model memory. */
export interface SavedMemory {
  /** The words and bytes. */
  cells: SavedCells;
  /** The waiting tasks. */
  parked: readonly ParkedTask[];
  /** The clock, in milliseconds. */
  clock: number;
  /** The last ticket. */
  tickets: number;
}

/** Options of a model memory. */
export interface ModelMemoryOptions {
  /** The initial clock, in milliseconds; 0 by default. */
  readonly start?: number;
  /** Answers `choose`; the first choice by default. */
  readonly chooser?: Chooser;
  /**
   * Whether a wait parks even if its deadline has passed, for a driver that decides itself when times expire; false by
   * default.
   */
  readonly patient?: boolean | (() => boolean);
}

/** The memory of direct mode and of the explorer. */
export class ModelMemory implements Memory {
  /** The layout, with all names; frozen. */
  readonly layout: Layout;
  readonly #cells: Cells;
  readonly #chooser: Chooser;
  readonly #start: number;
  readonly #patient: () => boolean;
  // A task is in at most one of #parked and #ready. #parked is in parking order.
  #parked: ParkedTask[] = [];
  #ready: ReadyTask[] = [];
  #clock: number;
  #tickets = 0;
  /** Whether any task has polled. */
  #polls = false;
  #deferred: Steps<unknown>[] | undefined;

  /** Creates a memory of zeros, and freezes its layout. */
  constructor(
    layout: Layout,
    { start = 0, chooser = firstChoice, patient = false }: ModelMemoryOptions = {},
  ) {
    this.layout = layout.freeze();
    const words = layout.wordCount + layout.wordCount % 2;
    // Without the byte region, which may be large and mostly unused: its pages are created when written.
    const buffer = new ArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT);
    this.#cells = new Cells(buffer, { words, bytes: layout.byteCount, shared: false });
    this.#chooser = chooser;
    this.#start = start;
    this.#patient = typeof patient === "boolean" ? () => patient : patient;
    this.#clock = start;
  }

  /** The virtual clock, in milliseconds. */
  get clock(): number {
    return this.#clock;
  }

  /** The waiting tasks, in parking order. */
  get parked(): readonly ParkedTask[] {
    return this.#parked;
  }

  /** Performs one operation for a lone task: a wait lasts until its deadline. */
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
      case "call":
        return INLINE;
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
    }
    const answer = this.#cells.perform(operation);
    if (this.#polls) this.#wakePollers();
    return answer;
  }

  /** Draws the next ticket. */
  ticket(): number {
    return ++this.#tickets;
  }

  /** Performs the steps at once, or, after {@linkcode defer}, leaves them to the driver. */
  release(steps: Steps<unknown>): void {
    if (this.#deferred === undefined) runBlocking(this, steps);
    else this.#deferred.push(steps);
  }

  /** Leaves the steps of guards' disposals to the driver, which takes them with {@linkcode takeDeferred}. */
  defer(): void {
    this.#deferred ??= [];
  }

  /** The steps that guards have asked for since the last call, in order. */
  takeDeferred(): readonly Steps<unknown>[] {
    if (this.#deferred === undefined || this.#deferred.length === 0) return NOTHING;
    const deferred = this.#deferred;
    this.#deferred = [];
    return deferred;
  }

  /** Resets everything to the initial state: zeros, no tasks, the initial clock. */
  reset(): void {
    this.#cells.clear();
    this.#parked = [];
    this.#ready = [];
    this.#clock = this.#start;
    this.#tickets = 0;
    if (this.#deferred !== undefined) this.#deferred = [];
  }

  /** Saves the state, in `into` if given; every ready task must have been taken. */
  save(into?: SavedMemory): SavedMemory {
    const cells = this.#cells.save(into?.cells);
    const parked = this.#parked.length === 0 ? NOBODY : [...this.#parked];
    if (into === undefined) return { cells, parked, clock: this.#clock, tickets: this.#tickets };
    into.cells = cells;
    into.parked = parked;
    into.clock = this.#clock;
    into.tickets = this.#tickets;
    return into;
  }

  /** Restores a state returned by {@linkcode save}. */
  restore({ cells, parked, clock, tickets }: SavedMemory): void {
    this.#cells.restore(cells);
    if (this.#parked.length > 0 || parked.length > 0) this.#parked = [...parked];
    if (this.#ready.length > 0) this.#ready = [];
    this.#clock = clock;
    this.#tickets = tickets;
    if (this.#deferred !== undefined) this.#deferred = [];
  }

  /** Removes a parked or woken task, because something is thrown into it or because it is dead. */
  unpark(task: number): void {
    this.#parked = this.#parked.filter((parked) => parked.task !== task);
    this.#ready = this.#ready.filter((ready) => ready.task !== task);
  }

  /**
   * Lets the time of one parked task come, moving the clock there if it is earlier. False if the task has no deadline.
   */
  expire(task: number): boolean {
    const index = this.#parked.findIndex((parked) => parked.task === task);
    const parked = this.#parked[index];
    if (parked === undefined || parked.until === Infinity) return false;
    this.#clock = Math.max(this.#clock, parked.until);
    this.#parked = this.#parked.toSpliced(index, 1);
    this.#ready.push(expired(parked));
    return true;
  }

  /** The tasks that have become able to continue since the last call, in wake-up order. */
  takeReady(): readonly ReadyTask[] {
    const ready = this.#ready;
    if (ready.length > 0) this.#ready = [];
    return ready;
  }

  /**
   * Moves the clock to the earliest time that a parked task waits for, and wakes all tasks that are due; false if none
   * waits for a time.
   */
  advance(): boolean {
    const earliest = this.earliest;
    if (earliest === Infinity) return false;
    this.advanceTo(earliest);
    return true;
  }

  /** The earliest time that a parked task waits for, in milliseconds; `Infinity` if there is none. */
  get earliest(): number {
    return this.#parked.reduce((least, { until }) => Math.min(least, until), Infinity);
  }

  /** Moves the clock to a time, never backward, and wakes all tasks that are due. */
  advanceTo(time: number): void {
    this.#clock = Math.max(this.#clock, time);
    const due = this.#parked.filter(({ until }) => until <= this.#clock);
    if (due.length === 0) return;
    due.sort((one, other) => one.until - other.until);
    this.#parked = this.#parked.filter(({ until }) => until > this.#clock);
    this.#ready.push(...due.map(expired));
  }

  /** Moves the clock to a time, never backward, without waking tasks that are due: they will be late. */
  pass(time: number): void {
    this.#clock = Math.max(this.#clock, time);
  }

  #wait({ word, expected, deadline = Infinity, polls = false }: WaitOperation, task: number): Answer | typeof PARKED {
    this.#cells.checkWord("wait", word, 1);
    checkTime("wait", deadline);
    if (this.#cells.words[word] !== (expected | 0)) return "not-equal";
    if (deadline <= this.#clock && !this.#patient()) return "timed-out";
    this.#parked.push({ task, word, until: deadline, ...polls ? { polled: expected | 0 } : {} });
    this.#polls ||= polls;
    return PARKED;
  }

  /** Wakes the pollers of changed words. */
  #wakePollers(): void {
    const isSame = ({ word = 0, polled }: ParkedTask) => polled === undefined || this.#cells.words[word] === polled;
    if (this.#parked.every(isSame)) return;
    for (const { task } of this.#parked.filter((parked) => !isSame(parked))) {
      this.#ready.push({ task, answer: "woken" });
    }
    this.#parked = this.#parked.filter(isSame);
  }

  #sleep({ until }: SleepOperation, task: number): undefined | typeof PARKED {
    checkTime("sleep", until);
    if (until <= this.#clock) return undefined;
    this.#parked.push({ task, until });
    return PARKED;
  }

  #notify({ word, count }: NotifyOperation): number {
    this.#cells.checkWord("notify", word, 1);
    if (this.#parked.length === 0) return 0;
    const woken = this.#parked.filter((parked) => parked.word === word).slice(0, Math.max(0, count));
    if (woken.length === 0) return 0;
    this.#parked = this.#parked.filter((parked) => !woken.includes(parked));
    for (const { task } of woken) this.#ready.push({ task, answer: "woken" });
    return woken.length;
  }
}

const NOBODY: readonly ParkedTask[] = [];
const NOTHING: readonly Steps<unknown>[] = [];

/** How a task continues when its time has come. */
function expired({ task, word }: ParkedTask): ReadyTask {
  return { task, answer: word === undefined ? undefined : "timed-out" };
}
