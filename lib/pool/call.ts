/**
 * A call of a function in a pool, from its submission to its end: what the pool knows of it.
 *
 * - Invariant: a call settles once; what comes later for it is dropped.
 * - It waits, is with a guest, or is settled. A call that is with a guest is run there at most once; where it may be run
 *   again, it goes back to waiting.
 * - Who has it, a queue or a slot, is its holder: there it is given up.
 */

import { CancelledError, type ErrorData, farError, GuestError, revivedError } from "../errors.ts";
import type { Packed } from "../host/mod.ts";
import { apart, limit } from "../platform/mod.ts";
import { onAbort } from "./aborts.ts";
import type { RunOptions } from "./pool_options.ts";

/** How a call ended. */
export type CallOutcome = { readonly value: unknown } | { readonly error: Error };

/** How a call is run: its argument is packed already. */
export type CallOptions = Omit<RunOptions, "transfer">;

/** What a call is about. */
export interface CallSubject {
  /** The function's argument, ready to be sent; of a chunk, an array of them. */
  readonly packed: Packed;
  /** Whether it is a chunk. */
  readonly chunk?: boolean;
  /** Takes its items, where these are wanted. */
  readonly onItem?: ((value: unknown) => void) | undefined;
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
/** Stands for an argument that cannot be sent. */
export const UNPACKED: Packed = { bytes: new Uint8Array(0), from: 0, end: 0, moved: undefined };

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
  /** Says how many more items are wanted; 0 for none any more. */
  pull: ((items: number) => void) | undefined = undefined;
  /** Told what the function reports. */
  onProgress: ((value: unknown) => void) | undefined = undefined;
  readonly #onSettled: ((call: Call) => void) | undefined;
  readonly #onItem: ((value: unknown) => void) | undefined;
  /** Whether an item has come: then it is not run again. */
  #hasItems = false;
  // The first who waits has a place of its own: most calls have one.
  #resolve: ((value: unknown) => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;
  #listeners: ((outcome: CallOutcome) => void)[] | undefined = undefined;
  /** Says that its signal is of no interest any more. */
  #forget: (() => void) | undefined = undefined;

  /** Makes a call that waits. */
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

  /** Where it is. */
  get state(): CallState {
    if (this.outcome !== undefined) return "value" in this.outcome ? "returned" : "failed";
    return this.isWithGuest ? "running" : "waiting";
  }

  /** Whether it can be handed over again: a part of its argument that is moved cannot. */
  get canBeSentAgain(): boolean {
    return this.packed.moved === undefined && !this.#hasItems;
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
    if (this.outcome !== undefined || this.retries === 0 || !this.canBeSentAgain) return false;
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
    if (this.onProgress !== undefined) apart(() => this.onProgress?.(value));
  }

  /** Tells an item. */
  item(value: unknown): void {
    this.#hasItems = true;
    if (this.#onItem !== undefined) apart(() => this.#onItem?.(value));
  }

  #listen(signal: AbortSignal): void {
    const abort = () => {
      this.giveUp(new CancelledError(`Cannot go on with ${this.name}: its signal aborted`, { cause: signal.reason }));
    };
    if (signal.aborted) abort();
    else this.#forget = onAbort(signal, abort);
  }
}

/** What a call fails with whose function threw that. */
export function failureOf(error: ErrorData, { guest, mode }: { guest: string; mode: string }): GuestError {
  const cause = revivedError(error);
  return new GuestError({ guest, mode, phase: "run", far: farError(cause), cause });
}
