/**
 * A call of a function in a pool, from its submission to its end: what the pool knows of it.
 *
 * - Invariant: a call settles once; what comes later for it is dropped.
 * - It waits, is with a guest, or is settled. A call that is with a guest is run there at most once; where it may be run
 *   again, it goes back to waiting.
 *
 * @example
 * ```ts
 * import { Call } from "./call.ts";
 *
 * const call = new Call({ name: "twice", argument: 5 });
 * call.settle({ value: 10 });
 * call.settle({ error: new Error("too late") });
 * if (call.outcome === undefined || !("value" in call.outcome)) throw new Error("the first counts");
 * ```
 *
 * @module
 */

import { CancelledError } from "../errors.ts";
import type { Transferable } from "../mode/mod.ts";

/** How a call ended. */
export type CallOutcome = { readonly value: unknown } | { readonly error: Error };

/** What a call is. */
export interface CallOptions {
  /** The function's name. */
  readonly name: string;
  /** Its argument; of a chunk, an array of them. */
  readonly argument: unknown;
  /** Whether it is a chunk. */
  readonly chunk?: boolean | undefined;
  /** What is moved instead of copied. */
  readonly transfer?: readonly Transferable[] | undefined;
  /** Seconds that it may run. */
  readonly timeout?: number | undefined;
  /** Ends it when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** How often it may be run again after a failure. */
  readonly retries?: number | undefined;
  /** After which failures. */
  readonly retryIf?: ((error: Error) => boolean) | undefined;
  /** Which guest must run it; any by default. */
  readonly guest?: number | undefined;
}

/** Where a call is. */
export type CallState = "waiting" | "running" | "returned" | "failed";

/** See the module. */
export class Call {
  /** What it is. */
  readonly options: CallOptions;
  /** How it ended. */
  outcome: CallOutcome | undefined;
  /** The name of the guest that has it, or had it last. */
  guest: string | undefined;
  /** Whether a guest has it. */
  isWithGuest = false;
  /** Whether anybody has asked how it ended. */
  isFetched = false;
  /** How often it may be run again. */
  retries: number;
  /** Gives it up where it waits or runs; set by the pool. */
  giveUp: ((error: Error) => void) | undefined;
  /** Told what the function reports. */
  onReport: ((value: unknown) => void) | undefined;
  readonly #onSettled: ((call: Call) => void) | undefined;
  #listeners: ((outcome: CallOutcome) => void)[] | undefined;
  #onAbort: (() => void) | undefined;

  /** Makes a call that waits; its pool is told when it is settled. */
  constructor(options: CallOptions, onSettled?: (call: Call) => void) {
    this.options = options;
    this.#onSettled = onSettled;
    this.retries = options.retries ?? 0;
    const { signal } = options;
    if (signal === undefined) return;
    this.#onAbort = () => {
      const error = new CancelledError(`Cannot go on with ${options.name}: its signal aborted`, {
        cause: signal.reason,
      });
      if (this.giveUp === undefined) this.settle({ error });
      else this.giveUp(error);
    };
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort);
  }

  /** Where it is. */
  get state(): CallState {
    if (this.outcome !== undefined) return "value" in this.outcome ? "returned" : "failed";
    return this.isWithGuest ? "running" : "waiting";
  }

  /** Whether it needs a guest for itself: it may be given up while it runs, and nothing else must suffer. */
  get isAlone(): boolean {
    return this.options.signal !== undefined || this.options.timeout !== undefined;
  }

  /** Calls back when it is settled, at once where it is. */
  whenSettled(listener: (outcome: CallOutcome) => void): void {
    if (this.outcome !== undefined) listener(this.outcome);
    else (this.#listeners ??= []).push(listener);
  }

  /** Settles it, if it is not. */
  settle(outcome: CallOutcome): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.isWithGuest = false;
    if (this.#onAbort !== undefined) this.options.signal?.removeEventListener("abort", this.#onAbort);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners !== undefined) { for (const listener of listeners) listener(outcome); }
    this.#onSettled?.(this);
  }

  /** Whether it may be run again after that failure; then one try less is left. */
  mayRunAgain(error: Error): boolean {
    if (this.outcome !== undefined || this.retries === 0 || this.options.retryIf?.(error) === false) return false;
    this.retries--;
    return true;
  }
}
