/**
 * Detects data races with vector clocks: two accesses by two tasks to the same word or bytes, at least one of them
 * plain and at least one a change, of which neither happens before the other.
 *
 * - Each task has a clock, with a time for each task; each word has the clock last released to it.
 * - An atomic load acquires, an atomic store releases, and an operation that is both does both. A woken task acquires
 *   from its waker. Telling the shared things about the end of a task counts as done by that task.
 * - Invariant: an access of task t at its time n happens before the present of task u <=> u's clock has at least n for t.
 * - Clocks are replaced, never changed, and a log keeps what was replaced. So a state is an index into the log, to
 *   which {@linkcode RaceDetector.restore} returns.
 */

import type { Answer, ByteRange, CellOperation } from "../../memory/mod.ts";
import { changesCell } from "../accesses.ts";

/** One of the two accesses of a race. */
export interface RaceAccess {
  /** The task's number. */
  readonly task: number;
  /** The kind of access. */
  readonly kind: CellOperation["kind"] | "read" | "write";
  /** The value that it stored or read; undefined for bytes. */
  readonly value: number | bigint | undefined;
  /** The number of the operation in the run, from 1. */
  readonly at: number;
}

/** Two accesses that nothing orders. */
export interface Race {
  /** The word; absent for bytes. */
  readonly word?: number;
  /** The bytes that both accessed; absent for a word. */
  readonly bytes?: ByteRange;
  /** The access that came first in this run. */
  readonly first: RaceAccess;
  /** The access that came second. */
  readonly second: RaceAccess;
}

/** A read or a write of bytes. */
export interface ByteAccess {
  /** Read or write. */
  readonly kind: "read" | "write";
  /** The offset of the first byte. */
  readonly offset: number;
  /** The number of bytes. */
  readonly length: number;
}

type Clock = readonly number[];

interface Stamp extends RaceAccess {
  readonly time: number;
  readonly isPlain: boolean;
}

interface Touched extends Stamp {
  readonly offset: number;
  readonly end: number;
}

/**
 * Detects data races with vector clocks: two accesses by two tasks to the same word or bytes, at least one of them
 * plain and at least one a change, of which neither happens before the other.
 */
export class RaceDetector {
  readonly #tasks: number;
  readonly #clocks: Clock[] = [];
  // By slot: each accessed word has one, the same in every run.
  readonly #slots = new Map<number, number>();
  readonly #released: (Clock | undefined)[] = [];
  readonly #writes: (Stamp | undefined)[] = [];
  // By slot and task.
  readonly #reads: (Stamp | undefined)[] = [];
  // The accesses to bytes that no later write of the same bytes covers, at index 0.
  readonly #touched: (readonly Touched[])[] = [[]];
  readonly #race: (Race | undefined)[] = [undefined];
  // The log of replacements: the list, the index in it, and the old value.
  readonly #lists: unknown[][] = [];
  readonly #places: number[] = [];
  readonly #olds: unknown[] = [];

  /** Watches this many tasks. */
  constructor(tasks: number) {
    this.#tasks = tasks;
    for (let task = 0; task < tasks; task++) {
      this.#clocks.push(Array.from({ length: tasks }, (_, other) => other === task ? 1 : 0));
    }
  }

  /** The first race of the run. */
  get race(): Race | undefined {
    return this.#race[0];
  }

  /** Begins a run. */
  reset(): void {
    this.restore(0);
  }

  /** The present state, valid for {@linkcode RaceDetector.restore} until an earlier one is restored. */
  mark(): number {
    return this.#places.length;
  }

  /** Returns to a state. */
  restore(mark: number): void {
    while (this.#places.length > mark) {
      const list = this.#lists.pop();
      const place = this.#places.pop();
      const old = this.#olds.pop();
      if (list !== undefined && place !== undefined) list[place] = old;
    }
  }

  /** Notes that a task performed an operation on a word; `at` is the operation's number in the run. */
  access(task: number, operation: CellOperation, answer: Answer, at: number = 0): void {
    const { kind, word } = operation;
    const isPlain = operation.order === "plain";
    const changes = changesCell(operation, answer);
    const slot = this.#slotOf(word);
    // An atomic operation acquires before its access.
    if (!isPlain && kind !== "store") this.#acquire(task, this.#released[slot]);
    const clock = this.#clocks[task] ?? [];
    const value = kind === "load" || kind === "compareExchange" ? numberOf(answer) : operation.value;
    const stamp: Stamp = { task, kind, value, at, time: clock[task] ?? 0, isPlain };
    this.#compare(clock, word, this.#writes[slot], stamp);
    const firstRead = slot * this.#tasks;
    if (changes) {
      for (let other = firstRead; other < firstRead + this.#tasks; other++) {
        const read = this.#reads[other];
        if (read === undefined) continue;
        this.#compare(clock, word, read, stamp);
        this.#set(this.#reads, other, undefined);
      }
      this.#set(this.#writes, slot, stamp);
    } else {
      this.#set(this.#reads, firstRead + task, stamp);
    }
    if (!isPlain && changes) this.#release(task, slot);
  }

  /** Notes that a task read or wrote bytes. */
  touch(task: number, { kind, offset, length }: ByteAccess, at: number = 0): void {
    if (length === 0) return;
    const clock = this.#clocks[task] ?? [];
    const end = offset + length;
    const present: Touched = { task, kind, value: undefined, at, time: clock[task] ?? 0, isPlain: true, offset, end };
    const kept: Touched[] = [];
    for (const touched of this.#touched[0] ?? []) {
      const [from, to] = [Math.max(offset, touched.offset), Math.min(end, touched.end)];
      if (from < to && (kind === "write" || touched.kind === "write") && this.#isRace(clock, touched, present)) {
        this.#set(this.#race, 0, { bytes: { offset: from, length: to - from }, first: touched, second: present });
      }
      const isCovered = from === touched.offset && to === touched.end;
      if (!isCovered || (kind === "read" && (touched.kind === "write" || touched.task !== task))) kept.push(touched);
    }
    kept.push(present);
    this.#set(this.#touched, 0, kept);
  }

  /** Notes that a task woke another. */
  wakes(task: number, woken: number): void {
    this.#acquire(woken, this.#clocks[task]);
    this.#tick(task);
  }

  #slotOf(word: number): number {
    let slot = this.#slots.get(word);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(word, slot);
    }
    return slot;
  }

  #release(task: number, slot: number): void {
    this.#set(this.#released, slot, this.#clocks[task]);
    this.#tick(task);
  }

  #tick(task: number): void {
    const clock = [...this.#clocks[task] ?? []];
    clock[task] = (clock[task] ?? 0) + 1;
    this.#set(this.#clocks, task, clock);
  }

  #acquire(task: number, other: Clock | undefined): void {
    const clock = this.#clocks[task];
    if (other === undefined || clock === undefined || other === clock) return;
    let joined: number[] | undefined;
    for (let at = 0; at < other.length; at++) {
      const time = other[at] ?? 0;
      if (time > (clock[at] ?? 0)) (joined ??= [...clock])[at] = time;
    }
    if (joined !== undefined) this.#set(this.#clocks, task, joined);
  }

  #compare(clock: Clock, word: number, first: Stamp | undefined, second: Stamp): void {
    if (first === undefined || !this.#isRace(clock, first, second)) return;
    this.#set(this.#race, 0, { word, first, second });
  }

  #isRace(clock: Clock, first: Stamp, second: Stamp): boolean {
    return this.#race[0] === undefined && first.task !== second.task && (first.isPlain || second.isPlain) &&
      (clock[first.task] ?? 0) < first.time;
  }

  #set<T>(list: T[], place: number, value: T): void {
    this.#lists.push(list);
    this.#places.push(place);
    this.#olds.push(list[place]);
    list[place] = value;
  }
}

function numberOf(answer: Answer): number | bigint | undefined {
  return typeof answer === "number" || typeof answer === "bigint" ? answer : undefined;
}
