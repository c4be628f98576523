/**
 * Data races, by vector clocks: two accesses to a word by two tasks, one of them plain, one of them a change, and neither
 * happens before the other.
 *
 * - Each task has a clock, with a time for each task; each word has the clock of what was released to it last.
 * - An atomic load acquires, an atomic store releases, what does both does both; a wake-up is acquired by who is woken.
 * - Invariant: an access of task t at its time n happens before the present of task u <=> u's clock has at least n for t.
 *
 * @example
 * ```ts
 * import { RaceDetector } from "./race_detector.ts";
 *
 * const races = new RaceDetector(2);
 * const place = { cell: "i32", word: 4, order: "plain" } as const;
 * races.access(0, { kind: "store", value: 1, ...place }, undefined);
 * races.access(1, { kind: "load", ...place }, 1);
 * if (races.race?.word !== 4) throw new Error("nothing orders the two");
 * ```
 *
 * @module
 */

import type { Answer, CellOperation } from "../memory/mod.ts";
import { changesCell } from "./accesses.ts";

/** One of the two accesses of a race. */
export interface RaceAccess {
  /** The task's number. */
  readonly task: number;
  /** What it did. */
  readonly kind: CellOperation["kind"];
  /** The value that it stored or found. */
  readonly value: number | bigint | undefined;
}

/** Two accesses that nothing orders. */
export interface Race {
  /** The word. */
  readonly word: number;
  /** The access that came first in this run. */
  readonly first: RaceAccess;
  /** The other one. */
  readonly second: RaceAccess;
}

interface Stamp extends RaceAccess {
  readonly time: number;
  readonly isPlain: boolean;
}

interface History {
  write: Stamp | undefined;
  readonly reads: (Stamp | undefined)[];
}

/** See the module. */
export class RaceDetector {
  readonly #tasks: number;
  #clocks: number[][] = [];
  #released = new Map<number, number[]>();
  #histories = new Map<number, History>();
  #race: Race | undefined;

  /** Watches a number of tasks. */
  constructor(tasks: number) {
    this.#tasks = tasks;
    this.reset();
  }

  /** The first race of the run. */
  get race(): Race | undefined {
    return this.#race;
  }

  /** Begins a run. */
  reset(): void {
    this.#clocks = Array.from({ length: this.#tasks }, (_, task) => {
      const clock = new Array<number>(this.#tasks).fill(0);
      clock[task] = 1;
      return clock;
    });
    this.#released.clear();
    this.#histories.clear();
    this.#race = undefined;
  }

  /** A task has performed an operation on a word. */
  access(task: number, operation: CellOperation, answer: Answer): void {
    const clock = this.#clocks[task];
    if (clock === undefined) return;
    const { kind, word } = operation;
    const isPlain = operation.order === "plain";
    const changes = changesCell(operation, answer);
    // What an atomic operation acquires comes before the access itself.
    if (!isPlain && kind !== "store") join(clock, this.#released.get(word));
    this.#check(clock, word, {
      task,
      kind,
      value: kind === "load" || kind === "compareExchange" ? numberOf(answer) : operation.value,
      time: clock[task] ?? 0,
      isPlain,
    }, changes);
    if (isPlain || !changes) return;
    this.#released.set(word, [...clock]);
    clock[task] = (clock[task] ?? 0) + 1;
  }

  /** A task has woken another. */
  wakes(task: number, woken: number): void {
    const [from, to] = [this.#clocks[task], this.#clocks[woken]];
    if (from === undefined || to === undefined) return;
    join(to, from);
    from[task] = (from[task] ?? 0) + 1;
  }

  #check(clock: readonly number[], word: number, stamp: Stamp, changes: boolean): void {
    let history = this.#histories.get(word);
    if (history === undefined) {
      history = { write: undefined, reads: [] };
      this.#histories.set(word, history);
    }
    this.#compare(clock, word, history.write, stamp);
    if (changes) {
      for (const read of history.reads) this.#compare(clock, word, read, stamp);
      history.write = stamp;
      history.reads.length = 0;
    } else {
      history.reads[stamp.task] = stamp;
    }
  }

  #compare(clock: readonly number[], word: number, first: Stamp | undefined, second: Stamp): void {
    if (first === undefined || this.#race !== undefined || first.task === second.task) return;
    if (!(first.isPlain || second.isPlain) || (clock[first.task] ?? 0) >= first.time) return;
    this.#race = { word, first, second };
  }
}

function join(clock: number[], other: readonly number[] | undefined): void {
  if (other === undefined) return;
  for (const [task, time] of other.entries()) if (time > (clock[task] ?? 0)) clock[task] = time;
}

function numberOf(answer: Answer): number | bigint | undefined {
  return typeof answer === "number" || typeof answer === "bigint" ? answer : undefined;
}
