/**
 * The future of a call submitted to a pool: its value, or the reason why there is none.
 *
 * - It may be read any number of times; a wait that is given up changes nothing.
 * - It is not a promise, so it can be returned from async functions and iterated: `await future.result()`.
 * - A failure that nobody fetched is reported when the pool closes.
 *
 * @example
 * ```ts
 * import { Pool } from "./pool.ts";
 *
 * const module = "data:text/javascript,export const twice = (n) => 2 * n";
 * await using pool = await Pool.open<{ twice(n: number): number }>({ mode: "direct", module });
 * const future = pool.submit("twice", 5);
 * if ((await future.result()) !== 10 || (await future.result()) !== 10) throw new Error("the value can be read again");
 * ```
 */

import { CancelledError, WaitTimeoutError } from "../errors.ts";
import { after, callIsolated, forCaller, limit } from "../platform/mod.ts";
import type { Call, CallState } from "./call.ts";
import { checkCallbacks } from "./checks.ts";

/** How long to wait for a future. */
export interface FutureWaitOptions {
  /** The time limit, in seconds; unlimited by default. */
  readonly timeout?: number | undefined;
  /** When it aborts, ends the wait, but not the call. */
  readonly signal?: AbortSignal | undefined;
}

/** The future of a call submitted to a pool: its value, or the reason why there is none. */
export class PoolFuture<T> {
  readonly #call: Call;
  #promise: Promise<T> | undefined;

  /** Made by a pool. */
  constructor(call: Call) {
    this.#call = call;
  }

  /** The function's name. */
  get name(): string {
    return this.#call.name;
  }

  /** Its state: `waiting`, `running` (with a guest), `returned`, or `failed`, which includes canceled. */
  get state(): CallState {
    return this.#call.state;
  }

  /** Whether it has ended. */
  get isDone(): boolean {
    return this.#call.outcome !== undefined;
  }

  /** The name of the guest that runs it or ran it; `undefined` before that. */
  get guest(): string | undefined {
    return this.#call.guest;
  }

  /**
   * The function's result.
   *
   * @throws {GuestError} if it failed; `cause` is its error, and `far` has the stack trace.
   * @throws {GuestDiedError} if its guest ended.
   * @throws {GuestTimeoutError} if it ran too long.
   * @throws {CancelledError} if it was canceled, or the signal ended the wait.
   * @throws {WaitTimeoutError} if it is not done in time; a later call may succeed.
   * @throws {RangeError} if the timeout is negative.
   */
  result({ timeout, signal }: FutureWaitOptions = {}): Promise<T> {
    const call = this.#call;
    call.isFetched = true;
    const { outcome } = call;
    if (outcome !== undefined && "value" in outcome) return Promise.resolve(outcome.value as T);
    const isOpen = outcome === undefined && (timeout !== undefined || signal !== undefined);
    return forCaller(isOpen ? this.#inTime({ timeout, signal }) : this.#promise ??= call.promise() as Promise<T>);
  }

  /** The error; `undefined` if it returned or is not done. Reading this counts as fetching the outcome. */
  get error(): Error | undefined {
    const { outcome } = this.#call;
    if (outcome === undefined || "value" in outcome) return undefined;
    this.#call.isFetched = true;
    return outcome.error;
  }

  /**
   * Cancels it if it is still waiting; false if a guest has it or it has ended. To cancel a running call, use its
   * `AbortSignal`.
   */
  cancel(): boolean {
    const call = this.#call;
    if (call.state !== "waiting") return false;
    const error = new CancelledError(`Cannot run ${this.name}: it was cancelled`);
    call.isFetched = true;
    call.giveUp(error);
    return true;
  }

  /**
   * Calls back when it is done, or at once if it already is. An error in a callback stops no other; it is thrown
   * separately.
   */
  whenDone(callback: (future: PoolFuture<T>) => void): void {
    checkCallbacks(`wait for ${this.name}`, { callback });
    this.#call.whenSettled(() => callIsolated(() => callback(this)));
  }

  /** Adds a listener for what the function reports while it runs; an error in a listener stops no other. */
  onProgress(listener: (value: unknown) => void): void {
    checkCallbacks(`follow ${this.name}`, { listener });
    const before = this.#call.onProgress;
    this.#call.onProgress = before === undefined ? listener : (value) => {
      callIsolated(() => before(value));
      listener(value);
    };
  }

  async #inTime({ timeout, signal }: FutureWaitOptions): Promise<T> {
    const act = `wait for ${this.name}`;
    checkCallbacks(act, { signal });
    const milliseconds = limit(timeout, { act });
    const over = Promise.withResolvers<never>();
    const abort = () => {
      over.reject(new CancelledError(`Cannot wait for ${this.name}: the signal aborted`, { cause: signal?.reason }));
    };
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort);
    const stopTimer = after(milliseconds, () => {
      over.reject(new WaitTimeoutError(`Cannot wait for ${this.name}: it is not done in ${milliseconds / 1000} s`));
    });
    try {
      return await Promise.race([this.#promise ??= this.#call.promise() as Promise<T>, over.promise]);
    } finally {
      stopTimer();
      signal?.removeEventListener("abort", abort);
    }
  }
}
