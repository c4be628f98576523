/**
 * The memory operations, as plain values, and the generator helpers that yield them.
 *
 * - A program never touches memory: it yields an {@linkcode Operation}, and a driver answers with what the operation gives.
 * - The set is closed. A word is 32 bits; a 64-bit cell takes two words and starts at an even one.
 * - Word operations are `atomic` (sequentially consistent) or `plain` (a data race where two tasks meet); byte ranges are
 *   always plain.
 * - Times are absolute milliseconds on the clock of the memory.
 * - A `call` names the method of a shared thing whose operations follow, for traces, schedulers and owners of memory
 *   elsewhere, who answer it with the method's result.
 * - `wait` answers `woken` at least when a `notify` chose it, and possibly without one: callers check again in a loop.
 *
 * Longer than most files because the set is closed: every operation is described, checked and yielded here.
 *
 * @example
 * ```ts
 * import { Layout, ModelMemory, runBlocking } from "./mod.ts";
 * import { add, load, now, sleep, type Steps } from "./operation.ts";
 *
 * function* countLater(word: number): Steps<number> {
 *   yield* sleep((yield* now()) + 50);
 *   yield* add(word, 1);
 *   return yield* load(word);
 * }
 * const layout = new Layout();
 * const word = layout.word("count");
 * if (runBlocking(new ModelMemory(layout), countLater(word)) !== 1) throw new Error("1 is wanted");
 * ```
 */

import { placed } from "./placed.ts";

/** What a word operation works on: a 32-bit integer, a 64-bit integer or a float64. */
export type Cell = "i32" | "i64" | "f64";

/** The value that a cell holds, in JavaScript. */
export type CellValue<C extends Cell> = C extends "i64" ? bigint : number;

/** `atomic`: sequentially consistent; `plain`: unordered, and a data race where two tasks meet. */
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

/** Changes a cell; `store` answers nothing, `add` and `exchange` the value before. */
export interface ModifyOperation<K extends "store" | "add" | "exchange", C extends Cell> extends CellPlace<C> {
  /** The discriminant. */
  readonly kind: K;
  /** What to store, to add (integers wrap) or to exchange for. */
  readonly value: CellValue<C>;
}

/** Replaces the value of a cell if it has the expected bits; answers the value before. */
export interface CompareExchangeOperation<C extends Cell> extends CellPlace<C> {
  /** The discriminant. */
  readonly kind: "compareExchange";
  /** The value that the cell must hold. */
  readonly expected: CellValue<C>;
  /** The value that it then gets. */
  readonly replacement: CellValue<C>;
}

/** Any operation on one cell. */
export type CellOperation =
  | LoadOperation
  | { [C in Cell]: ModifyOperation<"store", C> }[Cell]
  | { [C in Cell]: ModifyOperation<"add", C> }[Cell]
  | { [C in Cell]: ModifyOperation<"exchange", C> }[Cell]
  | { [C in Cell]: CompareExchangeOperation<C> }[Cell];

/** Parks while the 32-bit word holds the expected value; answers a {@linkcode WaitResult}. */
export interface WaitOperation {
  /** The discriminant. */
  readonly kind: "wait";
  /** The index of the word. */
  readonly word: number;
  /** The value while which to wait. */
  readonly expected: number;
  /** When to give up, in absolute milliseconds; never if absent. */
  readonly deadline?: number | undefined;
  /** Whether nobody may notify: then who waits looks at the word from time to time. False if absent. */
  readonly polls?: boolean | undefined;
}

/** Wakes waiters of a word, first in first out; answers how many. */
export interface NotifyOperation {
  /** The discriminant. */
  readonly kind: "notify";
  /** The index of the word. */
  readonly word: number;
  /** How many to wake at most; may be `Infinity`. */
  readonly count: number;
}

/** Reads a byte range; answers the bytes (those of `into`, where it is given). */
export interface ReadOperation {
  /** The discriminant. */
  readonly kind: "read";
  /** The first byte, counted from the start of the byte region. */
  readonly offset: number;
  /** How many bytes. */
  readonly length: number;
  /** Where to put them; at least `length` bytes long. */
  readonly into?: Uint8Array | undefined;
}

/** Writes a byte range; answers nothing. */
export interface WriteOperation {
  /** The discriminant. */
  readonly kind: "write";
  /** The first byte, counted from the start of the byte region. */
  readonly offset: number;
  /** What to write. */
  readonly bytes: Uint8Array;
}

/** Any operation on a byte range. */
export type ByteOperation = ReadOperation | WriteOperation;

/** Answers the time, in milliseconds. */
export interface NowOperation {
  /** The discriminant. */
  readonly kind: "now";
  /** Whether the answer only says until when to wait; false if absent. */
  readonly starts?: true;
}

/** Parks until an absolute time in milliseconds; answers nothing. */
export interface SleepOperation {
  /** The discriminant. */
  readonly kind: "sleep";
  /** The time, in absolute milliseconds. */
  readonly until: number;
}

/** Answers a whole number of 0 to n - 1 that the memory's source of chance picks. */
export interface ChooseOperation {
  /** The discriminant. */
  readonly kind: "choose";
  /** How many choices there are, at least 1. */
  readonly n: number;
}

/** Announces a method of a shared thing, whose steps follow; answers {@linkcode INLINE}, or with what the method gave. */
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

/** The answer to a call whose steps the asking task itself is to run: one for all copies of the library in a guest. */
export const INLINE: unique symbol = Symbol.for("holdfast:inline");

/** The same answer, for a driver that has to know when the steps of the call have ended, and what they gave. */
export class InlineCall {
  /** Tells it from other answers, for all copies of the library in a guest. */
  readonly [INLINE] = true;
  /** Whether they have. */
  ended = false;
  /** Whether they gave something: not where they threw. */
  gave = false;
  /** What they gave. */
  value: unknown;

  /** Says what they give. */
  give(value: unknown): void {
    this.gave = true;
    this.value = value;
  }

  /** Says that they have ended. */
  end(): void {
    this.ended = true;
  }
}

/** Whether an answer is one, of this copy of the library or of another. */
export function isInlineCall(answer: unknown): answer is InlineCall {
  return typeof answer === "object" && answer !== null && INLINE in answer;
}

/** The answer to a call that the owner of the memory has run. */
export interface CallAnswer {
  /** What the method gave. */
  readonly value: unknown;
}

/** Everything that a program can ask of memory. */
export type Operation =
  | CallOperation
  | CellOperation
  | WaitOperation
  | NotifyOperation
  | ByteOperation
  | NowOperation
  | SleepOperation
  | ChooseOperation;

/** `woken`: perhaps notified; `not-equal`: did not park, the word differed; `timed-out`: the deadline came first. */
export type WaitResult = "woken" | "not-equal" | "timed-out";

/** What an operation can answer. */
export type Answer = number | bigint | WaitResult | Uint8Array | typeof INLINE | InlineCall | CallAnswer | undefined;

/**
 * A piece of a program: run it with `yield*` inside another, or with a driver.
 *
 * Only a driver answers operations, and each operation decides the type of its answer: the helpers below say it once.
 * It is no `Generator`: that would be `Disposable`, and `using held = lock.acquire()` with a forgotten `yield*` would
 * compile.
 */
export interface Steps<T> {
  /** The steps from the start. */
  [Symbol.iterator](): Iterator<Operation, T, unknown>;
}

/** Steps as they are made: what they ask first, and whether anybody runs them. */
export interface MadeSteps {
  /** The first operation. */
  readonly operation: Operation;
  /** Whether they have begun, or nobody needs them to. */
  begun: boolean;
}

/** Told of steps when they are made. */
export type Witness = (made: MadeSteps) => void;

let witness: Witness | undefined;

/** Sets who is told of all steps that are made, until the next one is set; gives the one before. */
export function setWitness(next: Witness | undefined): Witness | undefined {
  const before = witness;
  witness = next;
  return before;
}

/** Says that steps are run by somebody, at some time, or that nobody needs to. */
export function markBegun<T>(steps: Steps<T>): Steps<T> {
  if (steps instanceof CallSteps || steps instanceof OneStep) steps.begun = true;
  return steps;
}

/**
 * Throws unless a task yields an operation.
 *
 * @throws {TypeError} that names what it yields, such as steps without the star.
 */
export function checkOperation(yielded: unknown): asserts yielded is Operation {
  if (yielded instanceof Awaiting) throw yielded.refusal();
  if (typeof yielded === "object" && yielded !== null && "kind" in yielded && typeof yielded.kind === "string") return;
  const is = yielded instanceof CallSteps || yielded instanceof OneStep
    ? stepsText(yielded)
    : typeof yielded === "object" && yielded !== null && Symbol.iterator in yielded
    ? "steps"
    : String(yielded);
  throw new TypeError(`Cannot yield ${is}: it is no operation, yield* of steps is wanted`);
}

/** Calls that methods of another name make. */
const CALLED: ReadonlyMap<string, string> = new Map([
  ["putRecords", "putAll"],
  ["getRecords", "takeUpTo"],
  ["takeRecords", "takeUpTo"],
  ["acquireHeld", "hold"],
  ["releaseHeld", "release"],
]);

/** The method as a program calls it: one that takes or gives a value makes the call of its twin for bytes. */
export function calledName(method: string): string {
  return CALLED.get(method) ?? method.replace(/Bytes$/, "");
}

/** What steps are, as a call in a program: `guard.acquire()`. */
export function stepsText({ operation }: MadeSteps): string {
  return operation.kind === "call" ? `${operation.object}.${calledName(operation.method)}()` : `${operation.kind}()`;
}

/** Which cell a word operation means, and how it is ordered. */
export interface CellOptions<C extends Cell> {
  /** The kind of cell; `i32` by default. */
  readonly cell?: C;
  /** `atomic` by default. */
  readonly order?: Order;
}

/** Reads a cell. */
export function load<C extends Cell = "i32">(word: number, options?: CellOptions<C>): Steps<CellValue<C>> {
  return new OneStep({ kind: "load", cell: options?.cell ?? "i32", word, order: options?.order ?? "atomic" });
}

/** Sets a cell. */
export function store<C extends Cell = "i32">(
  word: number,
  value: CellValue<C>,
  options?: CellOptions<C>,
): Steps<void> {
  return new OneStep(modify("store", word, value, options));
}

/** Adds to a cell (integers wrap) and gives the value before. */
export function add<C extends Cell = "i32">(
  word: number,
  value: CellValue<C>,
  options?: CellOptions<C>,
): Steps<CellValue<C>> {
  return new OneStep(modify("add", word, value, options));
}

/** Sets a cell and gives the value before. */
export function exchange<C extends Cell = "i32">(
  word: number,
  value: CellValue<C>,
  options?: CellOptions<C>,
): Steps<CellValue<C>> {
  return new OneStep(modify("exchange", word, value, options));
}

/** Sets a cell if it has the bits of `expected`, and gives the value before: it was set if that has them. */
export function compareExchange<C extends Cell = "i32">(
  word: number,
  { expected, replacement, cell, order = "atomic" }: CellOptions<C> & {
    /** The value that the cell must hold. */
    readonly expected: CellValue<C>;
    /** The value that it then gets. */
    readonly replacement: CellValue<C>;
  },
): Steps<CellValue<C>> {
  // The type of the values follows from the cell, which the compiler does not see through a type parameter.
  const operation = { kind: "compareExchange", cell: cell ?? "i32", word, expected, replacement, order };
  return new OneStep(operation as CompareExchangeOperation<"i32">);
}

/** Parks while a word holds `expected`, until a notify, any change if it `polls`, or the deadline (absolute milliseconds). */
export function wait(
  word: number,
  expected: number,
  options?: Pick<WaitOperation, "deadline" | "polls">,
): Steps<WaitResult> {
  return new OneStep({ kind: "wait", word, expected, ...options });
}

/** Wakes at most `count` waiters of a word (all by default) and gives how many it woke. */
export function notify(word: number, count: number = Infinity): Steps<number> {
  return new OneStep({ kind: "notify", word, count });
}

/** Reads `length` bytes, into `into` if it is given, and gives exactly these bytes. */
export function read(
  offset: number,
  length: number,
  options?: { readonly into?: Uint8Array | undefined },
): Steps<Uint8Array> {
  return new OneStep({ kind: "read", offset, length, into: options?.into });
}

/** Writes bytes. */
export function write(offset: number, bytes: Uint8Array): Steps<void> {
  return new OneStep({ kind: "write", offset, bytes });
}

/** Gives the time in milliseconds. */
export function now(): Steps<number> {
  return new OneStep({ kind: "now" });
}

/** Gives the time in so many milliseconds, to wait until then. */
export function* timeIn(milliseconds: number): Steps<number> {
  return (yield* new OneStep<number>({ kind: "now", starts: true })) + milliseconds;
}

/** Parks until an absolute time in milliseconds. */
export function sleep(until: number): Steps<void> {
  return new OneStep({ kind: "sleep", until });
}

/** Gives a whole number of 0 to n - 1. */
export function choose(n: number): Steps<number> {
  return new OneStep({ kind: "choose", n });
}

/**
 * A method of a shared thing: says its name and runs `body`, unless the memory's owner has run it.
 *
 * The body must not have begun; where the owner answers it never does.
 */
export function call<T>(operation: CallOperation, body: Steps<T>): Steps<T> {
  return new CallSteps(operation, body);
}

/** The steps of a call; a blocking driver takes it apart, since each generator on the way costs every operation. */
export class CallSteps<T> implements Steps<T> {
  /** What is called. */
  readonly operation: CallOperation;
  /** What is then done here, unless somebody else has done it. */
  readonly body: Steps<T>;
  /** See {@linkcode MadeSteps}. */
  begun = false;

  /** Made by {@linkcode call}. */
  constructor(operation: CallOperation, body: Steps<T>) {
    this.operation = operation;
    this.body = body;
    if (witness === undefined) return;
    // Whoever runs the call runs its body, here or elsewhere.
    markBegun(body);
    witness(this);
  }

  /** The steps from the start. */
  [Symbol.iterator](): Generator<Operation, T, unknown> {
    this.begun = true;
    return this.#run();
  }

  *#run(): Generator<Operation, T, unknown> {
    let answer: unknown;
    try {
      answer = yield this.operation;
    } catch (error) {
      throw placed(error, placed);
    }
    if (answer === INLINE) return yield* this.body;
    if (isInlineCall(answer)) {
      try {
        const value = yield* this.body;
        answer.give(value);
        return value;
      } finally {
        answer.end();
      }
    }
    // The owner ran the same method, so its value has the type of the body's.
    return (answer as CallAnswer).value as T;
  }
}

/** Steps with another value: what `give` makes of theirs. It costs a driver that blocks no generator. */
export function mapped<T, U>(steps: Steps<T>, give: (value: T) => U): Steps<U> {
  return new MappedSteps(steps, give);
}

/** See {@linkcode mapped}; a blocking driver takes them apart. */
export class MappedSteps<T, U> implements Steps<U> {
  /** The steps. */
  readonly steps: Steps<T>;
  /** Makes the value of theirs. */
  readonly give: (value: T) => U;

  /** Made by {@linkcode mapped}. */
  constructor(steps: Steps<T>, give: (value: T) => U) {
    this.steps = steps;
    this.give = give;
  }

  /** The steps from the start. */
  *[Symbol.iterator](): Generator<Operation, U, unknown> {
    return this.give(yield* this.steps);
  }
}

/** Waits for a promise: for the asynchronous driver alone, since nothing that blocks hears of it. */
export class Awaiting {
  /** The discriminant. */
  readonly kind = "await";
  /** The promise. */
  readonly promise: Promise<unknown>;

  /** Made by {@linkcode awaited}. */
  constructor(promise: Promise<unknown>) {
    this.promise = promise;
  }

  /** What every other driver refuses it with. */
  refusal(): TypeError {
    return new TypeError("Cannot wait for a promise: a blocked task hears of none, a promise view is wanted");
  }
}

/** The value of a promise, in steps that the asynchronous driver runs. */
export function* awaited<T>(promise: Promise<T>): Steps<T> {
  return (yield new Awaiting(promise) as never) as T;
}

function modify<K extends "store" | "add" | "exchange", C extends Cell>(
  kind: K,
  word: number,
  value: CellValue<C>,
  options: CellOptions<C> | undefined,
): ModifyOperation<K, "i32"> {
  const operation = { kind, cell: options?.cell ?? "i32", word, value, order: options?.order ?? "atomic" };
  // The type of the value follows from the cell, which the compiler does not see through a type parameter.
  return operation as ModifyOperation<K, "i32">;
}

/**
 * One operation as steps: asks it, then gives its answer. It is its own iterator and its own result, because a generator
 * for each operation would be most of what the garbage collector has to do.
 */
class OneStep<T> implements Steps<T> {
  readonly operation: Operation;
  begun = false;
  done = false;
  value: unknown;

  constructor(operation: Operation) {
    this.operation = operation;
    if (witness !== undefined) witness(this);
  }

  [Symbol.iterator](): Iterator<Operation, T, unknown> {
    this.begun = true;
    this.value = undefined;
    return this as unknown as Iterator<Operation, T, unknown>;
  }

  next(answer: unknown): this {
    // Asked once, it holds its operation; the answer follows.
    this.done = this.value === this.operation;
    this.value = this.done ? answer : this.operation;
    return this;
  }

  throw(error: unknown): never {
    throw placed(error, this.throw);
  }
}
