/**
 * A call of a function in a pool, from its submission to its end: what the pool knows of it.
 *
 * - Invariant: a call settles once; what comes later for it is dropped.
 * - It waits, is with a guest, or is settled. A call that is with a guest is run there at most once; where it may be run
 *   again, it goes back to waiting.
 * - Who has it, a queue or a seat, is its holder: there it is given up.
 *
 * @example
 * ```ts
 * import { Call } from "./call.ts";
 *
 * const call = new Call("twice", { argument: 5 });
 * call.settle({ value: 10 });
 * call.settle({ error: new Error("too late") });
 * if (call.outcome === undefined || !("value" in call.outcome)) throw new Error("the first counts");
 * ```
 *
 * @module
 */

import { CancelledError } from "../errors.ts";
import type { Transferable } from "../host/mod.ts";
import { onAbort } from "./aborts.ts";

/** How a call ended. */
export type CallOutcome = { readonly value: unknown } | { readonly error: Error };

/** How a call is run. */
export interface CallOptions {
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

/** What a call is about. */
export interface CallSubject {
  /** The function's argument; of a chunk, an array of them. */
  readonly argument: unknown;
  /** Whether it is a chunk. */
  readonly chunk?: boolean;
  /** How it is run. */
  readonly options?: CallOptions;
  /** Told when it is settled. */
  readonly onSettled?: (call: Call) => void;
}

/** Who has a call. */
export interface CallHolder {
  /** Gives the call up: it ends with that error. */
  giveUp(call: Call, error: Error): void;
}

/** Where a call is. */
export type CallState = "waiting" | "running" | "returned" | "failed";

const NONE: CallOptions = {};

/** See the module. */
export class Call {
  /** The function's name. */
  readonly name: string;
  /** The function's argument. */
  readonly argument: unknown;
  /** Whether it is a chunk. */
  readonly chunk: boolean;
  /** How it is run. */
  readonly options: CallOptions;
  /** Whether it can be handed over only once: a part of its argument is moved. */
  readonly isMoving: boolean;
  /** Whether it needs a guest for itself: nothing must suffer if it is given up, or it cannot be handed over again. */
  readonly isAlone: boolean;
  /** How it ended. */
  outcome: CallOutcome | undefined = undefined;
  /** The name of the guest that has it, or had it last. */
  guest: string | undefined = undefined;
  /** Whether a guest has it. */
  isWithGuest = false;
  /** Whether anybody has asked how it ended. */
  isFetched = false;
  /** How often it may be run again. */
  retries: number;
  /** Who has it. */
  holder: CallHolder | undefined = undefined;
  /** Told what the function reports. */
  onReport: ((value: unknown) => void) | undefined = undefined;
  readonly #onSettled: ((call: Call) => void) | undefined;
  // The first who waits has a place of its own: most calls have one.
  #resolve: ((value: unknown) => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;
  #listeners: ((outcome: CallOutcome) => void)[] | undefined = undefined;
  /** Says that its signal is of no interest any more. */
  #forget: (() => void) | undefined = undefined;

  /** Makes a call that waits. */
  constructor(name: string, { argument, chunk = false, options = NONE, onSettled }: CallSubject) {
    this.name = name;
    this.argument = argument;
    this.chunk = chunk;
    this.options = options;
    this.isMoving = options.transfer !== undefined && options.transfer.length > 0;
    this.isAlone = options.signal !== undefined || options.timeout !== undefined || this.isMoving;
    this.retries = options.retries ?? 0;
    this.#onSettled = onSettled;
    if (options.signal !== undefined) this.#listen(options.signal);
  }

  /** Where it is. */
  get state(): CallState {
    if (this.outcome !== undefined) return "value" in this.outcome ? "returned" : "failed";
    return this.isWithGuest ? "running" : "waiting";
  }

  /** Gives it up, wherever it is. */
  giveUp(error: Error): void {
    if (this.holder === undefined) this.settle({ error });
    else this.holder.giveUp(this, error);
  }

  /** The value or the error, when it is settled. */
  promise(): Promise<unknown> {
    const { outcome } = this;
    if (outcome !== undefined) {
      return "value" in outcome ? Promise.resolve(outcome.value) : Promise.reject(outcome.error);
    }
    return new Promise((resolve, reject) => {
      if (this.#resolve === undefined) {
        this.#resolve = resolve;
        this.#reject = reject;
      } else this.whenSettled((outcome) => "value" in outcome ? resolve(outcome.value) : reject(outcome.error));
    });
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
    this.holder = undefined;
    this.#forget?.();
    if ("value" in outcome) this.#resolve?.(outcome.value);
    else this.#reject?.(outcome.error);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners !== undefined) { for (const listener of listeners) listener(outcome); }
    this.#onSettled?.(this);
  }

  /** Whether it may be run again after that failure; then one try less is left. */
  mayRunAgain(error: Error): boolean {
    if (this.outcome !== undefined || this.retries === 0) return false;
    try {
      if (this.options.retryIf?.(error) === false) return false;
    } catch (thrown) {
      // Who cannot say so gets that instead.
      this.settle({ error: thrown instanceof Error ? thrown : new TypeError(String(thrown), { cause: error }) });
      return false;
    }
    this.retries--;
    return true;
  }

  /** Tells what the function reports. What the listener throws stops nobody; it is thrown on its own. */
  report(value: unknown): void {
    try {
      this.onReport?.(value);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #listen(signal: AbortSignal): void {
    const abort = () => {
      this.giveUp(new CancelledError(`Cannot go on with ${this.name}: its signal aborted`, { cause: signal.reason }));
    };
    if (signal.aborted) abort();
    else this.#forget = onAbort(signal, abort);
  }
}
