/**
 * How tasks use the shared things of a run, and the state of each thing afterward, for a picture of the run.
 *
 * - A use is a call that has ended, with a result or an error, or an operation on a cell. The uses of one task come in
 *   order.
 * - The state of a thing is its statistics. They are read through a separate view, so that no task is disturbed.
 */

import { decode } from "../../codec/mod.ts";
import { valuesOf } from "../../mailbox/mod.ts";
import {
  type Answer,
  calledName,
  type CallOperation,
  type Cell,
  type CellOperation,
  INLINE,
  InlineCall,
  type Memory,
  type Operation,
  runBlocking,
  type Steps,
  written,
} from "../../memory/mod.ts";
import { dataText } from "../../program/mod.ts";
import type { SharedArray, SharedCell, SharedThing, Things } from "../../sync/mod.ts";

/** A task's use of a shared thing, or, without a task, the thing's initial state. */
export interface ThingUse {
  /** The task's name; absent for an initial state. */
  readonly lane?: string;
  /** The kind of the thing, such as `lock`; only for an initial state. */
  readonly kind?: string;
  /** The thing's name, such as `jobs`, or `saves[2]` for a cell of an array. */
  readonly thing: string;
  /** The method called, such as `put`, or the operation on a cell, such as `add`; `begins` for an initial state. */
  readonly method: string;
  /** When the task began it, in milliseconds. */
  readonly started: number;
  /** When it ended, in milliseconds on the same clock. */
  readonly finished: number;
  /** The values passed in, as text. */
  readonly given: readonly string[];
  /** The values returned, as text. */
  readonly got: readonly string[];
  /** Whether it ended with an error. */
  readonly failed: boolean;
  /** The state of the thing afterward, as plain data: the `value` of a cell, the statistics of any other thing. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** A use as its own task reports it. */
export type OwnUse = Omit<ThingUse, "lane">;

/** Receives uses. */
export type Watcher = (use: ThingUse) => void;

/** The task number of an initial state. */
export const NO_TASK = -1;
/** The most characters shown of a value. */
const LONGEST = 60;

/** Things by name, with their kinds. */
export interface WatchedThings {
  /** A view of the things. */
  readonly things: Things;
  /** The kind of each thing; its class does not tell, because a program may have its own copy of the library. */
  readonly kinds: ReadonlyMap<string, string>;
}

/** How uses are timed and reported. */
export interface UsesOptions {
  /** The current time, in milliseconds. */
  readonly now: () => number;
  /** Receives each use, and the number of the task, which is NO_TASK for an initial state. */
  readonly tell: (use: OwnUse, task: number) => void;
}

/** Reports how tasks use shared things. */
export class UseRecorder {
  readonly #memory: Memory;
  readonly #things: Things;
  readonly #kinds: ReadonlyMap<string, string>;
  readonly #options: UsesOptions;
  /** The cell to which each word belongs, as far as it has been looked up. */
  readonly #cells = new Map<number, string | undefined>();
  /** The state of each thing after its last use, as text. */
  readonly #stood = new Map<string, string>();
  #isLooking = false;

  /** Watches the use of things; the view must not be used for anything else. */
  constructor({ things, kinds }: WatchedThings, memory: Memory, options: UsesOptions) {
    this.#things = things;
    this.#kinds = kinds;
    this.#memory = memory;
    this.#options = options;
  }

  /** Reports the initial state of all things. */
  begin(): void {
    const at = this.#options.now();
    for (const [name, kind] of this.#kinds) {
      const thing = this.#things.get(name);
      const parts = kind === "cells" ? cellsOf(thing as SharedArray<Cell>) : [thing];
      for (const part of parts) {
        if (part === undefined) continue;
        const state = this.#stateOf(part);
        this.#tell({ thing: part.name, kind, method: "begins", started: at, finished: at, state }, NO_TASK);
      }
    }
  }

  /** Records an operation and its answer; returns the answer that the task is to get. */
  note(operation: Operation, { task, answer }: { readonly task: number; readonly answer: Answer }): Answer {
    if (this.#isLooking) return answer;
    if (operation.kind === "call") return this.#called(operation, { task, answer });
    if ("cell" in operation) this.#touched(operation, { task, answer });
    return answer;
  }

  #called(operation: CallOperation, { task, answer }: { readonly task: number; readonly answer: Answer }): Answer {
    const started = this.#options.now();
    const given = operation.args.flatMap((argument) => argument instanceof Uint8Array ? [argument] : []);
    const { object: thing, method } = operation;
    const ended = (failed: boolean, value: unknown) => {
      const state = this.#stateOf(this.#things.get(thing));
      // For most things, the end of a task changes nothing.
      if (method === "ended" && dataText(state) === this.#stood.get(thing)) return;
      const use = { thing, method: calledName(method), started, failed, state };
      this.#tell(
        { ...use, given: given.flatMap((bytes) => textsOf(bytes, method)), got: textsOf(value, method) },
        task,
      );
    };
    if (answer === INLINE) return new NotedCall(ended);
    return answer;
  }

  #touched(operation: CellOperation, { task, answer }: { readonly task: number; readonly answer: Answer }): void {
    const thing = this.#cellAt(operation.word);
    if (thing === undefined) return;
    // An operation that writes nothing answers what the cell holds.
    const value = written(operation, answer) ?? answer;
    const given = operation.kind === "load" ? [] : [textOf(value)];
    const got = operation.kind === "store" ? [] : [textOf(answer)];
    const state = { value: plainOf(value) };
    this.#tell({ thing, method: operation.kind, started: this.#options.now(), given, got, state }, task);
  }

  #cellAt(word: number): string | undefined {
    if (this.#cells.has(word)) return this.#cells.get(word);
    const name = this.#memory.layout.nameOf(word);
    const kind = this.#kinds.get(name.replace(/\[\d+\]$/, "")) ?? "";
    const cell = ["cell", "cells"].includes(kind) ? name : undefined;
    this.#cells.set(word, cell);
    return cell;
  }

  /** Reports a use; omitted fields are empty. */
  #tell(use: Pick<OwnUse, "thing" | "method" | "started" | "state"> & Partial<OwnUse>, task: number): void {
    this.#stood.set(use.thing, dataText(use.state));
    this.#options.tell({ given: [], got: [], failed: false, finished: this.#options.now(), ...use }, task);
  }

  #stateOf(thing: SharedThing | undefined): OwnUse["state"] {
    if (thing === undefined) return {};
    this.#isLooking = true;
    try {
      if ("load" in thing) return { value: plainOf(runBlocking(this.#memory, (thing as SharedCell<Cell>).load())) };
      if (!("statistics" in thing && typeof thing.statistics === "function")) return {};
      const statistics: object = runBlocking(this.#memory, thing.statistics() as Steps<object>);
      return Object.fromEntries(Object.entries(statistics).map(([name, value]) => [name, plainOf(value)]));
    } catch {
      // A thing torn by a death has no statistics.
      return {};
    } finally {
      this.#isLooking = false;
    }
  }
}

class NotedCall extends InlineCall {
  readonly #ended: (failed: boolean, value: unknown) => void;

  constructor(ended: (failed: boolean, value: unknown) => void) {
    super();
    this.#ended = ended;
  }

  override end(): void {
    super.end();
    this.#ended(!this.gave, this.value);
  }
}

function cellsOf(array: SharedArray<Cell>): SharedCell<Cell>[] {
  return Array.from({ length: array.length }, (_, index) => array.at(index));
}

/** A value that JSON can represent. */
function plainOf(value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** Encoded or plain values as text: one text for each value of a batch. */
function textsOf(value: unknown, method: string): string[] {
  if (value === undefined) return [];
  if (!(value instanceof Uint8Array)) return [textOf(value)];
  try {
    return /Records$/.test(method) ? valuesOf(value).map(textOf) : [textOf(decode(value))];
  } catch {
    return [`${value.length} bytes`];
  }
}

function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : dataText(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
