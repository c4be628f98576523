/**
 * Steps: pieces of programs that yield memory operations, and the functions that make them.
 *
 * - Only drivers answer operations, and each operation determines the type of its answer, which the functions here state
 *   once.
 * - Steps are made before they are run; a witness is told of each, so that steps nobody runs can be reported.
 *
 * @example
 * ```ts
 * import { Layout, ModelMemory, runBlocking } from "./mod.ts";
 * import { add, load, now, sleep, type Steps } from "./steps.ts";
 *
 * function* countLater(word: number): Steps<number> {
 *   yield* sleep((yield* now()) + 50);
 *   yield* add(word, 1);
 *   return yield* load(word);
 * }
 * const layout = new Layout();
 * const word = layout.word("count");
 * if (runBlocking(new ModelMemory(layout), countLater(word)) !== 1) throw new Error("expected 1");
 * ```
 */

import {
  type CallAnswer,
  calledName,
  type CallOperation,
  type Cell,
  type CellValue,
  type CompareExchangeOperation,
  INLINE,
  isInlineCall,
  type ModifyOperation,
  type Operation,
  type Order,
  type WaitOperation,
  type WaitResult,
} from "./operation.ts";
import { withCurrentStack } from "./current_stack.ts";

/**
 * A piece of a program: run it with `yield*` inside another, or with a driver. It is not a `Generator`, because that
 * would be `Disposable`: `using held = lock.acquire()` with a forgotten `yield*` would then compile.
 */
export interface Steps<T> {
  /** Starts the steps. */
  [Symbol.iterator](): Iterator<Operation, T, unknown>;
}

/** Steps just made: their first operation, and whether anybody runs them. */
export interface MadeSteps {
  /** The first operation. */
  readonly operation: Operation;
  /** Whether they have begun, or need not be run. */
  begun: boolean;
}

/** Called for all steps when they are made. */
export type Witness = (made: MadeSteps) => void;

let witness: Witness | undefined;

/** Sets the witness of all steps made from now on; returns the previous one. */
export function setWitness(next: Witness | undefined): Witness | undefined {
  const before = witness;
  witness = next;
  return before;
}

/** Marks steps as going to be run by somebody, or as not needing to be. */
export function markBegun<T>(steps: Steps<T>): Steps<T> {
  if (steps instanceof CallSteps || steps instanceof OneStep) steps.begun = true;
  return steps;
}

/**
 * Throws unless what a task yielded is an operation.
 *
 * @throws {TypeError} naming what it yielded instead, such as steps yielded without the star.
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

/** Steps as the call in a program that made them: `guard.acquire()`. */
export function stepsText({ operation }: MadeSteps): string {
  return operation.kind === "call" ? `${operation.object}.${calledName(operation.method)}()` : `${operation.kind}()`;
}

/** The kind of cell that an operation works on, and the order of the access. */
export interface CellOptions<C extends Cell> {
  /** The kind of cell; `i32` by default. */
  readonly cell?: C;
  /** The order of the access; `atomic` by default. */
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

/** Adds to a cell (integers wrap around) and returns the previous value. */
export function add<C extends Cell = "i32">(
  word: number,
  value: CellValue<C>,
  options?: CellOptions<C>,
): Steps<CellValue<C>> {
  return new OneStep(modify("add", word, value, options));
}

/** Sets a cell and returns the previous value. */
export function exchange<C extends Cell = "i32">(
  word: number,
  value: CellValue<C>,
  options?: CellOptions<C>,
): Steps<CellValue<C>> {
  return new OneStep(modify("exchange", word, value, options));
}

/** Sets a cell if it has the bits of `expected`; returns the previous value, which tells whether it was set. */
export function compareExchange<C extends Cell = "i32">(
  word: number,
  { expected, replacement, cell, order = "atomic" }: CellOptions<C> & {
    /** The value that the cell must have. */
    readonly expected: CellValue<C>;
    /** The value to replace it with. */
    readonly replacement: CellValue<C>;
  },
): Steps<CellValue<C>> {
  // The type of the values follows from the cell, but the compiler cannot infer that for a type parameter.
  const operation = { kind: "compareExchange", cell: cell ?? "i32", word, expected, replacement, order };
  return new OneStep(operation as CompareExchangeOperation<"i32">);
}

/**
 * Parks while a word has the value `expected`, until a notify, until any change if it `polls`, or until the deadline
 * (absolute milliseconds).
 */
export function wait(
  word: number,
  expected: number,
  options?: Pick<WaitOperation, "deadline" | "polls">,
): Steps<WaitResult> {
  return new OneStep({ kind: "wait", word, expected, ...options });
}

/** Wakes at most `count` waiters of a word (all by default); returns how many. */
export function notify(word: number, count: number = Infinity): Steps<number> {
  return new OneStep({ kind: "notify", word, count });
}

/** Reads `length` bytes, into `into` if given; returns exactly these bytes. */
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

/** Returns the current time in milliseconds. */
export function now(): Steps<number> {
  return new OneStep({ kind: "now" });
}

/** Returns the time `milliseconds` from now, to be used as a deadline. */
export function* timeIn(milliseconds: number): Steps<number> {
  return (yield* new OneStep<number>({ kind: "now", starts: true })) + milliseconds;
}

/** Parks until an absolute time in milliseconds. */
export function sleep(until: number): Steps<void> {
  return new OneStep({ kind: "sleep", until });
}

/** Returns an integer from 0 to n - 1. */
export function choose(n: number): Steps<number> {
  return new OneStep({ kind: "choose", n });
}

/**
 * A method of a shared thing: announces the call, then runs `body` unless the memory's owner has run it.
 *
 * The body must not have begun; if the owner answers, it never does.
 */
export function call<T>(operation: CallOperation, body: Steps<T>): Steps<T> {
  return new CallSteps(operation, body);
}

/**
 * The steps of a call. A blocking driver takes it apart, because every extra generator on the way slows each operation.
 */
export class CallSteps<T> implements Steps<T> {
  /** The call operation. */
  readonly operation: CallOperation;
  /** What is then run here, unless the owner has run it. */
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

  /** Starts the steps. */
  [Symbol.iterator](): Generator<Operation, T, unknown> {
    this.begun = true;
    return this.#run();
  }

  *#run(): Generator<Operation, T, unknown> {
    let answer: unknown;
    try {
      answer = yield this.operation;
    } catch (error) {
      throw withCurrentStack(error, withCurrentStack);
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
    // The owner ran the same method, so its value has the type of the body's result.
    return (answer as CallAnswer).value as T;
  }
}

/** Steps whose result is `give` of another's result; a blocking driver needs no generator for it. */
export function mapped<T, U>(steps: Steps<T>, give: (value: T) => U): Steps<U> {
  return new MappedSteps(steps, give);
}

/** See {@linkcode mapped}; a blocking driver takes it apart. */
export class MappedSteps<T, U> implements Steps<U> {
  /** The original steps. */
  readonly steps: Steps<T>;
  /** Computes the result from theirs. */
  readonly give: (value: T) => U;

  /** Made by {@linkcode mapped}. */
  constructor(steps: Steps<T>, give: (value: T) => U) {
    this.steps = steps;
    this.give = give;
  }

  /** Starts the steps. */
  *[Symbol.iterator](): Generator<Operation, U, unknown> {
    return this.give(yield* this.steps);
  }
}

/**
 * Waits for a promise; only the asynchronous driver can do this, because a blocked task cannot learn that a promise has
 * settled.
 */
export class Awaiting {
  /** The discriminant. */
  readonly kind = "await";
  /** The promise. */
  readonly promise: Promise<unknown>;

  /** Made by {@linkcode awaited}. */
  constructor(promise: Promise<unknown>) {
    this.promise = promise;
  }

  /** The error with which every other driver refuses it. */
  refusal(): TypeError {
    return new TypeError("Cannot wait for a promise: a blocked task hears of none, a promise view is wanted");
  }
}

/** The value of a promise, as steps for the asynchronous driver. */
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
  // The type of the value follows from the cell, but the compiler cannot infer that for a type parameter.
  return operation as ModifyOperation<K, "i32">;
}

/**
 * One operation as steps: yields it, then returns its answer. It is its own iterator and its own result, because a
 * generator per operation would be most of the garbage.
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
    // The first `next` sets the operation as the value; the second sets the answer.
    this.done = this.value === this.operation;
    this.value = this.done ? answer : this.operation;
    return this;
  }

  throw(error: unknown): never {
    throw withCurrentStack(error, this.throw);
  }
}
