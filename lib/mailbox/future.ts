/**
 * A future: a value that is set once and that any number of tasks can fetch, any number of times.
 *
 * - It is put, failed or canceled exactly once: a second put or fail throws, and the first outcome is kept.
 * - A fetch waits for that; it returns the value, or throws the error that the future failed with or a
 *   `CancelledError`.
 * - `whenDone` waits in the calling task and runs its callbacks there; an error in one does not stop the others.
 * - A future bound to a task fails with a `BrokenFutureError` if that task ends without setting it.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { blocking, Space } from "../sync/mod.ts";
 * import { future } from "./future.ts";
 *
 * const space = new Space({ answer: future<number>() }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * runBlocking(memory, space.initialize());
 * const answer = blocking(space.bind(memory, { task: 0 }).answer);
 * if (answer.tryFetch() !== undefined) throw new Error("it is still pending");
 * answer.put(42);
 * if (answer.fetch() + answer.fetch() !== 84) throw new Error("expected 42 both times");
 * ```
 */

import { BrokenFutureError, CancelledError, MemoryFullError, StateError, WaitTimeoutError } from "../errors.ts";
import { type ByteRange, call, load, mapped, read, type Steps, store, write } from "../memory/mod.ts";
import { type Binding, endOf, Gate, reserveWaitQueue, type Shareable } from "../sync/mod.ts";
import { argsOf, checkWaitOptions, type SharedThing, type WaitOptions, type WaitQueuePlace } from "../sync/mod.ts";
import { decode, encode } from "../codec/mod.ts";
import type { Taken } from "./queue.ts";
import { checkEncoded } from "./records.ts";
import { checkBytes, DEFAULT_BYTES, encodeReason, stackless } from "./region.ts";

/** Options of a future. */
export interface FutureOptions {
  /** The most bytes of its encoded value; 32 MB by default, used lazily. */
  readonly bytes?: number;
}

/** The state of a future. */
export type FutureState = "pending" | "put" | "failed" | "cancelled";

/** Statistics of a future. */
export interface FutureStatistics {
  /** Its state. */
  readonly state: FutureState;
  /** How many tasks are waiting for it. */
  readonly waiters: number;
}

/** The outcome that a callback receives. */
export type FutureOutcome<T> =
  | {
    /** A value was put. */
    readonly state: "put";
    /** The value. */
    readonly value: T;
  }
  | {
    /** It failed or was canceled. */
    readonly state: "failed" | "cancelled";
    /** The error that a fetch throws. */
    readonly error: unknown;
  };

/** A function to call when a future is done. */
export type FutureCallback<T> = (outcome: FutureOutcome<T>) => Steps<void> | void;

/** An encoded outcome. */
export interface OutcomeBytes {
  /** The outcome's state. */
  readonly state: Exclude<FutureState, "pending">;
  /** The encoded value or error; empty if canceled. */
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array();
const STATES = ["pending", "put", "failed", "cancelled"] as const;
const [PENDING, PUT, FAILED, CANCELLED] = [0, 1, 2, 3];

/** Declares a future. */
export function future<T = unknown>({ bytes = DEFAULT_BYTES }: FutureOptions = {}): Shareable<Future<T>> {
  checkBytes("future", bytes);
  return {
    kind: "future",
    reserve(space, name) {
      const place = {
        state: space.word(`${name}.done`),
        length: space.word(`${name}.length`),
        seen: space.word(`${name}.seen`),
        value: space.bytes(`${name}.value`, bytes),
        bound: space.words(`${name}.bound`, space.tasks),
        tasks: space.tasks,
        queue: reserveWaitQueue(space, name),
      };
      return (binding) => new Future<T>(binding, place);
    },
  };
}

interface Place {
  /** The index of its state in the list of states; set once, after the length and the bytes. */
  readonly state: number;
  readonly length: number;
  /** Whether any task has read the outcome. */
  readonly seen: number;
  readonly value: ByteRange;
  /** For each task: whether the future fails when the task ends. */
  readonly bound: number;
  readonly tasks: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof Future & string)[] = [
  "cancel",
  "isDone",
  "bind",
  "statistics",
  "putBytes",
  "failBytes",
  "outcomeBytes",
];

/** A future: a value that is set once and that any number of tasks can fetch, any number of times. */
export class Future<T = unknown> implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #place: Place;
  readonly #gate: Gate;

  /** Made by {@linkcode future}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.queue.name;
    this.#binding = binding;
    this.#place = place;
    this.#gate = new Gate(binding, place.queue, () => this.#isDone());
  }

  /**
   * Sets the value.
   *
   * @throws {UncloneableError} if the value cannot be cloned; thrown at once.
   * @throws {MemoryFullError} if the value does not fit; thrown at once.
   * @throws {StateError} if the future is already done.
   */
  put(value: T): Steps<void> {
    return this.putBytes(encode(value));
  }

  /** Fails the future: fetches throw `error`. Throws like `put`. */
  fail(error: unknown): Steps<void> {
    return this.failBytes(encodeReason(error));
  }

  /** Cancels the future unless it is done: fetches then throw a `CancelledError`. Returns whether it canceled it. */
  cancel(): Steps<boolean> {
    const body = this.#finish(CANCELLED, NOTHING);
    return call({ kind: "call", object: this.name, method: "cancel", args: [] }, body);
  }

  /**
   * Returns the value, waiting for it.
   *
   * @throws what the future failed with.
   * @throws {BrokenFutureError} if the task that it is bound to ended without setting it.
   * @throws {CancelledError} if the future or the wait is canceled.
   * @throws {WaitTimeoutError} if the wait times out.
   */
  fetch(options?: WaitOptions): Steps<T> {
    return mapped(this.outcomeBytes(options), (bytes) => {
      if (bytes !== undefined) return this.#valueOf(bytes);
      throw new WaitTimeoutError(`Cannot fetch ${this.name}: it is pending, a put in time is wanted`);
    });
  }

  /** Returns the value if it has been set. Throws like `fetch`. */
  tryFetch(): Steps<Taken<T> | undefined> {
    const outcome = this.outcomeBytes({ timeout: 0 });
    return mapped(outcome, (bytes) => bytes === undefined ? undefined : { value: this.#valueOf(bytes) });
  }

  /** Whether it has been put, failed or canceled. */
  isDone(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "isDone", args: [] }, this.#isDone());
  }

  /**
   * Waits until the future is done, then runs the callbacks in order, in this task, even if some of them throw.
   *
   * @throws {AggregateError} at the end, with everything that callbacks threw.
   */
  whenDone(...callbacks: readonly FutureCallback<T>[]): Steps<void> {
    return this.#callBack(this.outcomeBytes(), callbacks);
  }

  *#callBack(waiting: Steps<OutcomeBytes | undefined>, callbacks: readonly FutureCallback<T>[]): Steps<void> {
    const outcome = this.#outcomeOf(yield* waiting);
    const errors: unknown[] = [];
    for (const callback of callbacks) {
      try {
        yield* endOf(callback(outcome));
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 0) return;
    throw new AggregateError(
      errors,
      `Cannot call back for ${this.name}: ${errors.length} of ${callbacks.length} failed`,
    );
  }

  /** Makes the future fail if a task ends without setting it, by default the calling task. */
  bind(task: number = this.#binding.task): Steps<void> {
    const { tasks, bound } = this.#place;
    if (!(Number.isSafeInteger(task) && task >= 0 && task < tasks)) {
      throw new RangeError(`Cannot bind ${this.name}: to task ${task} of ${tasks}, a number under that is wanted`);
    }
    return call({ kind: "call", object: this.name, method: "bind", args: [task] }, store(bound + task, 1));
  }

  /** Its current statistics. */
  statistics(): Steps<FutureStatistics> {
    return call(
      { kind: "call", object: this.name, method: "statistics", args: [] },
      this.#gate.look(() => this.#statistics()),
    );
  }

  /** Sets an encoded value: the call of `put`. */
  putBytes(bytes: Uint8Array): Steps<void> {
    this.#checkLength(bytes);
    return call({ kind: "call", object: this.name, method: "putBytes", args: [bytes] }, this.#putOnce(PUT, bytes));
  }

  /** Fails with an encoded error: the call of `fail`. */
  failBytes(bytes: Uint8Array): Steps<void> {
    this.#checkLength(bytes);
    return call({ kind: "call", object: this.name, method: "failBytes", args: [bytes] }, this.#putOnce(FAILED, bytes));
  }

  /** Waits for the encoded outcome: the call of `fetch`. Returns `undefined` on a timeout. */
  outcomeBytes(options?: WaitOptions): Steps<OutcomeBytes | undefined> {
    checkWaitOptions(`fetch ${this.name}`, options);
    const args = argsOf(options);
    return call({ kind: "call", object: this.name, method: "outcomeBytes", args }, this.#outcome(options));
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}: a future bound to the dead task fails. */
  *died(task: number): Steps<void> {
    // There is nothing to take back from the dead task.
    if (yield* this.#gate.recover(task)) yield* this.#endOf(task, "it died");
  }

  /** See {@linkcode SharedThing}: a future bound to the task fails. */
  ended(task: number, failure: string = "it ended without a put"): Steps<void> {
    return this.#endOf(task, failure);
  }

  /** See {@linkcode SharedThing}. */
  *leaks(): Steps<readonly string[]> {
    const failed = (yield* load(this.#place.state)) === FAILED;
    return failed && (yield* load(this.#place.seen)) === 0 ? ["failed, and nobody fetched it"] : [];
  }

  *#endOf(task: number, failure: string): Steps<void> {
    if ((yield* load(this.#place.bound + task)) === 0 || (yield* this.#isDone())) return;
    const name = this.#binding.nameOf(task);
    const message = `Cannot go on with ${this.name}: it is bound to ${name}, which failed: ${failure}`;
    const bytes = encodeReason(stackless(new BrokenFutureError(message, { cause: stackless(new Error(failure)) })));
    yield* this.#finish(FAILED, bytes.length <= this.#place.value.length ? bytes : NOTHING);
  }

  *#putOnce(state: number, bytes: Uint8Array): Steps<void> {
    if (yield* this.#finish(state, bytes)) return;
    const is = STATES[yield* load(this.#place.state)];
    throw new StateError(`Cannot put ${this.name}: it is ${is}, a pending future is wanted`);
  }

  /** Sets the outcome if there is none; returns whether it did. */
  #finish(state: number, bytes: Uint8Array): Steps<boolean> {
    return this.#gate.change(() => this.#set(state, bytes));
  }

  /** Inside. */
  *#set(state: number, bytes: Uint8Array): Steps<boolean> {
    const { state: word, length, value } = this.#place;
    if ((yield* load(word)) !== PENDING) return false;
    yield* write(value.offset, bytes);
    yield* store(length, bytes.length);
    // The value is written before any load that sees the future done, so readers need not enter the monitor.
    yield* store(word, state);
    return true;
  }

  *#isDone(): Steps<boolean> {
    return (yield* load(this.#place.state)) !== PENDING;
  }

  *#outcome(options: WaitOptions | undefined): Steps<OutcomeBytes | undefined> {
    if (!(yield* this.#gate.wait(options))) return undefined;
    const { state, length, value, seen } = this.#place;
    const done = STATES[yield* load(state)];
    yield* store(seen, 1);
    if (done === undefined || done === "pending") return undefined;
    return { state: done, bytes: yield* read(value.offset, yield* load(length)) };
  }

  /** Inside. */
  *#statistics(): Steps<FutureStatistics> {
    const state = STATES[yield* load(this.#place.state)] ?? "pending";
    return { state, waiters: yield* this.#gate.waiters() };
  }

  #outcomeOf(bytes: OutcomeBytes | undefined): FutureOutcome<T> {
    try {
      if (bytes?.state === "put") return { state: "put", value: decode(bytes.bytes) as T };
      if (bytes !== undefined) this.#valueOf(bytes);
    } catch (error) {
      return { state: bytes?.state === "failed" ? "failed" : "cancelled", error };
    }
    return { state: "cancelled", error: undefined };
  }

  #valueOf({ state, bytes }: OutcomeBytes): T {
    if (state === "put") return decode(bytes) as T;
    if (state === "failed") throw bytes.length > 0 ? decode(bytes) : this.#brokenBriefly();
    throw new CancelledError(`Cannot fetch ${this.name}: it is cancelled, a put is wanted`);
  }

  /** The shorter error, for when the full one does not fit. */
  #brokenBriefly(): BrokenFutureError {
    return new BrokenFutureError(
      `Cannot go on with ${this.name}: it is bound to a task that failed, a put is wanted`,
    );
  }

  #checkLength(bytes: Uint8Array): void {
    checkEncoded(this.name, bytes);
    const { length } = bytes;
    const most = this.#place.value.length;
    if (length <= most) return;
    throw new MemoryFullError(
      `Cannot put ${this.name}: a value of ${length} bytes, at most ${most} or a larger option bytes is wanted`,
    );
  }
}
