/**
 * Abort signals and their controllers, as in the DOM standard. Inside the realm.
 *
 * - What aborts with a signal (a fetch, an `io`) hears of it before its listeners do; signals that depend on it come last.
 */

import { DOMException, Event, EventTarget, withHandlers } from "./events.ts";

/** Lets a signal abort: a key that code under test does not have. */
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

  /** Has something done when it aborts, before its listeners hear of it. */
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

  /** A signal, and what aborts it. */
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

/** What aborts a signal. */
export class AbortController {
  readonly #made = AbortSignal.made();

  get signal(): AbortSignal {
    return this.#made.signal;
  }

  abort(reason?: unknown): void {
    this.#made.abort(reason === undefined ? aborted() : reason);
  }
}

/** Why something was aborted where nobody says. */
export function aborted(): DOMException {
  return new DOMException("The signal has been aborted", "AbortError");
}

/** Why something was aborted that took too long. */
export function timedOut(): DOMException {
  return new DOMException("Signal timed out.", "TimeoutError");
}
