/**
 * A call of a pool's function, from its submission to its end, as the pool tracks it.
 *
 * - Invariant: a call settles once; later results are dropped.
 * - It is waiting, with a guest, or settled. A guest runs a call at most once; a call that may be run again goes back
 *   to waiting.
 * - Its holder, a queue or a slot, is where it can be given up.
 */

import { CancelledError, type ErrorData, farError, GuestError, revivedError } from "../errors.ts";
import type { Packed } from "../host/mod.ts";
import { callIsolated, limit } from "../platform/mod.ts";
import { onAbort } from "./aborts.ts";
import type { RunOptions } from "./pool_options.ts";

/** How a call ended. */
export type CallOutcome = { readonly value: unknown } | { readonly error: Error };

/** Options of a call whose argument has already been packed. */
export type CallOptions = Omit<RunOptions, "transfer">;

/** What is called, and with what. */
export interface CallSubject {
  /** The function's packed argument; for a chunk, an array of arguments. */
  readonly packed: Packed;
  /** Whether it is a chunk. */
  readonly chunk?: boolean;
  /** Receives its items, if these are wanted. */
  readonly onItem?: ((value: unknown) => void) | undefined;
  /** How it is run. */
  readonly options?: CallOptions;
  /** Called when it is settled. */
  readonly onSettled?: (call: Call) => void;
}

/** The holder of a call. */
export interface CallHolder {
  /** Gives the call up: it ends with `error`. */
  giveUp(call: Call, error: Error): void;
}

/** The state of a call. */
export type CallState = "waiting" | "running" | "returned" | "failed";

const NONE: CallOptions = {};
/** Stands for an argument that cannot be sent. */
export const UNPACKED: Packed = { bytes: new Uint8Array(0), from: 0, end: 0, moved: undefined };

/** A call of a pool's function. */
export class Call {
  /** The function's name. */
  readonly name: string;
  /** The function's argument. */
  readonly packed: Packed;
  /** Whether it is a chunk. */
  readonly chunk: boolean;
  /** How it is run. */
  readonly options: CallOptions;
  /** Whether its items are wanted. */
  readonly isStream: boolean;
  /** How long it may run, in milliseconds. */
  readonly limit: number;
  /**
   * Whether it needs a guest for itself: because giving it up must not affect other calls, or because it cannot be sent
   * again.
   */
  readonly isAlone: boolean;
  /** How it ended. */
  outcome: CallOutcome | undefined = undefined;
  /** The name of the guest that has it or had it last. */
  guest: string | undefined = undefined;
  /** Whether a guest has it. */
  isWithGuest = false;
  /** Whether anybody has fetched its outcome. */
  isFetched = false;
  /** How many more times it may be run again. */
  retries: number;
  /** Its holder. */
  holder: CallHolder | undefined = undefined;
  /** Requests more items; 0 means that no more are wanted. */
  pull: ((items: number) => void) | undefined = undefined;
  /** Receives what the function reports. */
  onProgress: ((value: unknown) => void) | undefined = undefined;
  readonly #onSettled: ((call: Call) => void) | undefined;
  readonly #onItem: ((value: unknown) => void) | undefined;
  /** Whether an item has arrived: then the call is not run again. */
  #hasItems = false;
  // The first waiter has its own fields, because most calls have only one.
  #resolve: ((value: unknown) => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;
  #listeners: ((outcome: CallOutcome) => void)[] | undefined = undefined;
  /** Stops listening to its signal. */
  #forget: (() => void) | undefined = undefined;

  /** Creates a waiting call. */
  constructor(name: string, { packed, chunk = false, options = NONE, onSettled, onItem }: CallSubject) {
    this.name = name;
    this.packed = packed;
    this.chunk = chunk;
    this.options = options;
    this.isStream = onItem !== undefined;
    this.limit = options.timeout === undefined ? Infinity : limit(options.timeout, { act: `run ${name}` });
    this.isAlone = options.signal !== undefined || this.limit !== Infinity || this.isStream || !this.canBeSentAgain;
    this.retries = options.retries ?? 0;
    this.onProgress = options.onProgress;
    this.#onSettled = onSettled;
    this.#onItem = onItem;
    if (options.signal !== undefined) this.#listen(options.signal);
  }

  /** Its state. */
  get state(): CallState {
    if (this.outcome !== undefined) return "value" in this.outcome ? "returned" : "failed";
    return this.isWithGuest ? "running" : "waiting";
  }

  /** Whether it can be sent again, which is impossible once parts of its argument have been moved. */
  get canBeSentAgain(): boolean {
    return this.packed.moved === undefined && !this.#hasItems;
  }

  /** Gives it up, wherever it is. */
  giveUp(error: Error): void {
    if (this.holder === undefined) this.settle({ error });
    else this.holder.giveUp(this, error);
  }

  /** Resolves with its value or rejects with its error, once it is settled. */
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

  /** Calls back when it is settled, or at once if it already is. */
  whenSettled(listener: (outcome: CallOutcome) => void): void {
    if (this.outcome !== undefined) listener(this.outcome);
    else (this.#listeners ??= []).push(listener);
  }

  /** Settles it, unless it is settled. */
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

  /** Whether it may be run again after this failure; if so, one retry less remains. */
  mayRunAgain(error: Error): boolean {
    if (this.outcome !== undefined || this.retries === 0 || !this.canBeSentAgain) return false;
    try {
      if (this.options.retryIf?.(error) === false) return false;
    } catch (thrown) {
      // If `retryIf` throws, its error is the call's outcome.
      this.settle({ error: thrown instanceof Error ? thrown : new TypeError(String(thrown), { cause: error }) });
      return false;
    }
    this.retries--;
    return true;
  }

  /** Passes on what the function reports. An error in the listener affects nothing else; it is thrown separately. */
  report(value: unknown): void {
    if (this.onProgress !== undefined) callIsolated(() => this.onProgress?.(value));
  }

  /** Passes on an item. */
  item(value: unknown): void {
    this.#hasItems = true;
    if (this.#onItem !== undefined) callIsolated(() => this.#onItem?.(value));
  }

  #listen(signal: AbortSignal): void {
    const abort = () => {
      this.giveUp(new CancelledError(`Cannot go on with ${this.name}: its signal aborted`, { cause: signal.reason }));
    };
    if (signal.aborted) abort();
    else this.#forget = onAbort(signal, abort);
  }
}

/** The failure of a call whose function threw `error`. */
export function failureOf(error: ErrorData, { guest, mode }: { guest: string; mode: string }): GuestError {
  const cause = revivedError(error);
  return new GuestError({ guest, mode, phase: "run", far: farError(cause), cause });
}
