/**
 * What tasks do with the shared things of a run, and how each thing stands afterwards: for a picture of the run.
 *
 * - A use is a call that has ended, well or with an error, or an operation on a cell. Those of one task come in their order.
 * - How a thing stands is what its statistics tell. Who looks has a view of its own, so that no task is disturbed.
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
} from "../../memory/mod.ts";
import { dataText } from "../../program/mod.ts";
import type { SharedArray, SharedCell, SharedThing, Things } from "../../sync/mod.ts";

/** That a task used a shared thing, or, without a task, how the thing stands at the beginning. */
export interface ThingUse {
  /** The task; absent where it says how the thing stands at the beginning. */
  readonly lane?: string;
  /** What kind of thing it is, such as `lock`; there where the task is absent. */
  readonly kind?: string;
  /** The thing's name, such as `jobs`, or `saves[2]` for a cell of several. */
  readonly thing: string;
  /** What was called, such as `put`, or done to a cell, such as `add`; `begins` at the beginning. */
  readonly method: string;
  /** When the task began it, in milliseconds. */
  readonly started: number;
  /** When it was over, in the same milliseconds. */
  readonly finished: number;
  /** The values that went in, as texts. */
  readonly given: readonly string[];
  /** The values that came out, as texts. */
  readonly got: readonly string[];
  /** Whether it ended with an error. */
  readonly failed: boolean;
  /** How the thing stands then, as plain data: the `value` of a cell, the statistics of all others. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** A use as its task tells it. */
export type OwnUse = Omit<ThingUse, "lane">;

/** Told of uses. */
export type Watcher = (use: ThingUse) => void;

/** Whose use it is that a thing begins. */
export const NOBODY = -1;
/** How many letters of a value are told. */
const LONGEST = 60;

/** Things, by name. */
export interface WatchedThings {
  /** A view of them. */
  readonly things: Things;
  /** What kind of thing each is: the class does not say it, since a program may have a copy of the library of its own. */
  readonly kinds: ReadonlyMap<string, string>;
}

/** Who looks, and whom it tells. */
export interface UsesOptions {
  /** The time, in milliseconds. */
  readonly now: () => number;
  /** Told of each use, and of the task's number, which is NOBODY at the beginning. */
  readonly tell: (use: OwnUse, task: number) => void;
}

export class Uses {
  readonly #memory: Memory;
  readonly #things: Things;
  readonly #kinds: ReadonlyMap<string, string>;
  readonly #options: UsesOptions;
  /** Which cell a word is, as far as anybody has asked. */
  readonly #cells = new Map<number, string | undefined>();
  /** How each thing stood at its last use, as a text. */
  readonly #stood = new Map<string, string>();
  #isLooking = false;

  /** Watches what is done to things; these belong to a view that nobody else uses. */
  constructor({ things, kinds }: WatchedThings, memory: Memory, options: UsesOptions) {
    this.#things = things;
    this.#kinds = kinds;
    this.#memory = memory;
    this.#options = options;
  }

  /** Tells how all things stand at the beginning. */
  begin(): void {
    const at = this.#options.now();
    for (const [name, kind] of this.#kinds) {
      const thing = this.#things.get(name);
      const parts = kind === "cells" ? cellsOf(thing as SharedArray<Cell>) : [thing];
      for (const part of parts) {
        if (part === undefined) continue;
        const state = this.#stateOf(part);
        this.#tell({ thing: part.name, kind, method: "begins", started: at, finished: at, state }, NOBODY);
      }
    }
  }

  /** Takes note of an operation and its answer; gives the answer that the task is to have. */
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
      // That a task has ended means nothing to most things.
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
    const value = valueAfter(operation, answer);
    const given = operation.kind === "load" || value === undefined ? [] : [textOf(value)];
    const got = operation.kind === "store" ? [] : [textOf(answer)];
    const state = value === undefined ? {} : { value: plainOf(value) };
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

  /** Tells a use; what is not given has none of it. */
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
      // A thing that a death has torn tells nothing.
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

/** What a cell holds after an operation; undefined where it is left as it is. */
function valueAfter(operation: CellOperation, answer: Answer): unknown {
  switch (operation.kind) {
    case "load":
      return answer;
    case "store":
    case "exchange":
      return operation.value;
    case "add":
      if (typeof answer === "bigint") return BigInt.asIntN(64, answer + BigInt(operation.value));
      return operation.cell === "i32"
        ? (Number(answer) + Number(operation.value)) | 0
        : Number(answer) + Number(operation.value);
    case "compareExchange":
      return Object.is(answer, operation.expected) ? operation.replacement : answer;
  }
}

/** A value that JSON holds. */
function plainOf(value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** What bytes or another plain value say, as texts: one for each value of a batch. */
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
