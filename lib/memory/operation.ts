/**
 * The memory operations, as plain values.
 *
 * - A program never touches memory: it yields an {@linkcode Operation}, and a driver responds with the operation's
 *   answer.
 * - The set is closed. A word is 32 bits; a 64-bit cell occupies two words and starts at an even one.
 * - Word operations are `atomic` (sequentially consistent) or `plain` (a data race if two tasks conflict); byte ranges
 *   are always plain.
 * - Times are absolute milliseconds on the memory's clock.
 * - A `call` names the method of a shared thing whose operations follow, for traces, schedulers, and owners of memory
 *   elsewhere, who answer it with the method's result.
 * - `wait` answers `woken` if a `notify` chose it, and possibly without one: callers check again in a loop.
 */

/** The type of a cell: a 32-bit integer, a 64-bit integer or a float64. */
export type Cell = "i32" | "i64" | "f64";

/** The JavaScript value of a cell. */
export type CellValue<C extends Cell> = C extends "i64" ? bigint : number;

/** `atomic`: sequentially consistent; `plain`: unordered, and a data race if two tasks conflict. */
export type Order = "atomic" | "plain";

/** Which cell an operation works on, and how. */
export interface CellPlace<C extends Cell> {
  /** The kind of cell. */
  readonly cell: C;
  /** The index of the cell's first word. */
  readonly word: number;
  /** Atomic or plain. */
  readonly order: Order;
}

/** Reads a cell; answers its value. */
export interface LoadOperation extends CellPlace<Cell> {
  /** The discriminant. */
  readonly kind: "load";
}

/** Changes a cell; `store` answers nothing, `add` and `exchange` answer the previous value. */
export interface ModifyOperation<K extends "store" | "add" | "exchange", C extends Cell> extends CellPlace<C> {
  /** The discriminant. */
  readonly kind: K;
  /** The value to store, to add (integers wrap around) or to exchange. */
  readonly value: CellValue<C>;
}

/** Replaces the value of a cell if it has the expected bits; answers the previous value. */
export interface CompareExchangeOperation<C extends Cell> extends CellPlace<C> {
  /** The discriminant. */
  readonly kind: "compareExchange";
  /** The value that the cell must have. */
  readonly expected: CellValue<C>;
  /** The value to replace it with. */
  readonly replacement: CellValue<C>;
}

/** Any operation on one cell. */
export type CellOperation =
  | LoadOperation
  | { [C in Cell]: ModifyOperation<"store", C> }[Cell]
  | { [C in Cell]: ModifyOperation<"add", C> }[Cell]
  | { [C in Cell]: ModifyOperation<"exchange", C> }[Cell]
  | { [C in Cell]: CompareExchangeOperation<C> }[Cell];

/** Parks while a 32-bit word has the expected value; answers a {@linkcode WaitResult}. */
export interface WaitOperation {
  /** The discriminant. */
  readonly kind: "wait";
  /** The index of the word. */
  readonly word: number;
  /** The value of the word while which the task waits. */
  readonly expected: number;
  /** When to give up, in absolute milliseconds; never if absent. */
  readonly deadline?: number | undefined;
  /** Whether changes may come without a notify, so that the waiter checks the word now and then; false if absent. */
  readonly polls?: boolean | undefined;
}

/** Wakes waiters of a word, first in, first out; answers how many. */
export interface NotifyOperation {
  /** The discriminant. */
  readonly kind: "notify";
  /** The index of the word. */
  readonly word: number;
  /** The most waiters to wake; may be `Infinity`. */
  readonly count: number;
}

/** Reads a byte range; answers the bytes (in `into`, if given). */
export interface ReadOperation {
  /** The discriminant. */
  readonly kind: "read";
  /** The first byte, counted from the start of the byte region. */
  readonly offset: number;
  /** The number of bytes. */
  readonly length: number;
  /** Where to store them; at least `length` bytes long. */
  readonly into?: Uint8Array | undefined;
}

/** Writes a byte range; answers nothing. */
export interface WriteOperation {
  /** The discriminant. */
  readonly kind: "write";
  /** The first byte, counted from the start of the byte region. */
  readonly offset: number;
  /** The bytes to write. */
  readonly bytes: Uint8Array;
}

/** Any operation on a byte range. */
export type ByteOperation = ReadOperation | WriteOperation;

/** Answers the current time, in milliseconds. */
export interface NowOperation {
  /** The discriminant. */
  readonly kind: "now";
  /** Whether the answer serves only to compute a wait's deadline; false if absent. */
  readonly starts?: true;
}

/** Parks until an absolute time in milliseconds; answers nothing. */
export interface SleepOperation {
  /** The discriminant. */
  readonly kind: "sleep";
  /** The time, in absolute milliseconds. */
  readonly until: number;
}

/** Answers an integer from 0 to n - 1, picked by the memory's source of chance. */
export interface ChooseOperation {
  /** The discriminant. */
  readonly kind: "choose";
  /** The number of choices, at least 1. */
  readonly n: number;
}

/** Announces a method of a shared thing, whose steps follow; answers {@linkcode INLINE}, or the method's result. */
export interface CallOperation {
  /** The discriminant. */
  readonly kind: "call";
  /** The name of the shared thing. */
  readonly object: string;
  /** The method's name. */
  readonly method: string;
  /** The arguments: structured-cloneable values and shared things. */
  readonly args: readonly unknown[];
}

/**
 * The answer to a call whose steps the calling task is to run itself; the same for all copies of the library in a
 * guest.
 */
export const INLINE: unique symbol = Symbol.for("holdfast:inline");

/** The same answer for a driver that needs to know when the steps of the call have ended, and their result. */
export class InlineCall {
  /** Distinguishes it from other answers; the same for all copies of the library in a guest. */
  readonly [INLINE] = true;
  /** Whether the steps have ended. */
  ended = false;
  /** Whether they returned a result; false if they threw. */
  gave = false;
  /** Their result. */
  value: unknown;

  /** Reports their result. */
  give(value: unknown): void {
    this.gave = true;
    this.value = value;
  }

  /** Reports that they have ended. */
  end(): void {
    this.ended = true;
  }
}

/** Whether an answer is an {@linkcode InlineCall}, of this copy of the library or another. */
export function isInlineCall(answer: unknown): answer is InlineCall {
  return typeof answer === "object" && answer !== null && INLINE in answer;
}

/** The answer to a call that the owner of the memory has run. */
export interface CallAnswer {
  /** The method's result. */
  readonly value: unknown;
}

/** Everything that a program can request from memory. */
export type Operation =
  | CallOperation
  | CellOperation
  | WaitOperation
  | NotifyOperation
  | ByteOperation
  | NowOperation
  | SleepOperation
  | ChooseOperation;

/**
 * `woken`: possibly notified; `not-equal`: the word had another value, so the task did not park; `timed-out`: the
 * deadline came first.
 */
export type WaitResult = "woken" | "not-equal" | "timed-out";

/** Everything that an operation can answer. */
export type Answer = number | bigint | WaitResult | Uint8Array | typeof INLINE | InlineCall | CallAnswer | undefined;

/** The program's method for each call that has another name. */
const CALLED: ReadonlyMap<string, string> = new Map([
  ["putRecords", "putAll"],
  ["getRecords", "takeUpTo"],
  ["takeRecords", "takeUpTo"],
  ["acquireHeld", "hold"],
  ["releaseHeld", "release"],
]);

/** The method name as used in programs: the byte variant of a method goes by the name of the method for values. */
export function calledName(method: string): string {
  return CALLED.get(method) ?? method.replace(/Bytes$/, "");
}
