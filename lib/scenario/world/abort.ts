/**
 * Abort signals and their controllers, as in the DOM standard. Inside the realm.
 *
 * - What a signal aborts (a fetch, an `io`) is notified before the signal's listeners; dependent signals come last.
 */

import { DOMException, Event, EventTarget, withHandlers } from "./events.ts";

/** The key for creating signals, which code under test does not have. */
const MAKE: unique symbol = Symbol("make");

/** A signal that something is no longer wanted. */
export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown;
  #algorithms: (() => void)[] = [];
  #dependents: AbortSignal[] = [];

  constructor(key?: symbol) {
    super();
    if (key !== MAKE) throw new TypeError("Illegal constructor");
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  /** Registers a function to call when it aborts, before its listeners. */
  whenAborted(act: () => void): () => void {
    if (this.#aborted) return () => {};
    this.#algorithms.push(act);
    return () => {
      this.#algorithms = this.#algorithms.filter((other) => other !== act);
    };
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(MAKE);
    signal.#aborted = true;
    signal.#reason = reason === undefined ? aborted() : reason;
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const all = [...signals];
    const first = all.find((signal) => signal.aborted);
    if (first !== undefined) return AbortSignal.abort(first.reason);
    const signal = new AbortSignal(MAKE);
    for (const source of all) source.#dependents.push(signal);
    return signal;
  }

  /** Creates a signal, and the function that aborts it. */
  static made(): { readonly signal: AbortSignal; readonly abort: (reason: unknown) => void } {
    const signal = new AbortSignal(MAKE);
    return { signal, abort: (reason) => signal.#abort(reason) };
  }

  #abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#mark(reason);
    const dependents = this.#dependents.filter((dependent) => !dependent.#aborted);
    for (const dependent of dependents) dependent.#mark(reason);
    this.#tell();
    for (const dependent of dependents) {
      dependent.#tell();
      for (const further of dependent.#dependents) further.#abort(reason);
    }
  }

  #mark(reason: unknown): void {
    this.#aborted = true;
    this.#reason = reason;
  }

  #tell(): void {
    const algorithms = this.#algorithms;
    this.#algorithms = [];
    for (const act of algorithms) act();
    this.dispatchEvent(new Event("abort"));
  }
}
withHandlers(AbortSignal, ["abort"]);

/** Aborts a signal. */
export class AbortController {
  readonly #made = AbortSignal.made();

  get signal(): AbortSignal {
    return this.#made.signal;
  }

  abort(reason?: unknown): void {
    this.#made.abort(reason === undefined ? aborted() : reason);
  }
}

/** The default reason of an abort. */
export function aborted(): DOMException {
  return new DOMException("The signal has been aborted", "AbortError");
}

/** The reason of an abort by timeout. */
export function timedOut(): DOMException {
  return new DOMException("Signal timed out.", "TimeoutError");
}
