/**
 * Rejections of a realm's promises that were not handled by the end of a step, as the host learns of them in its next
 * turn.
 *
 * - Rejections of other realms are ignored. In the caller's own realm all count as a run's, and so do uncaught errors.
 */

import { hearUncaught } from "../platform/mod.ts";

/** An unhandled rejection. */
export interface Rejection {
  /** The rejected promise. */
  readonly promise: unknown;
  /** The reason of the rejection. */
  readonly reason: unknown;
  /** Whether it was handled later. */
  isHandled: boolean;
}

/** Listens for rejections until it is disposed. */
export class Rejections implements Disposable {
  readonly #owns: (promise: unknown) => boolean;
  #heard: Rejection[] = [];
  #uncaught: unknown[] = [];
  readonly #told = new WeakSet<Rejection>();
  readonly #letGo: () => void;

  /** Starts listening. `owns` tells which promises count, `hearsErrors` whether uncaught errors do. */
  constructor(owns: (promise: unknown) => boolean, { hearsErrors }: { readonly hearsErrors: boolean }) {
    this.#owns = owns;
    this.#letGo = hearUncaught(({ thrown: reason, promise }) => {
      if (promise === undefined) return hearsErrors && this.#uncaught.push(reason) > 0;
      return owns(promise) && this.#heard.push({ promise, reason, isHandled: false }) > 0;
    });
    globalThis.addEventListener("rejectionhandled", this.#handled, { capture: true });
  }

  /** The rejections since the last `forget`. */
  get heard(): readonly Rejection[] {
    return this.#heard;
  }

  /** The uncaught errors since the last `forget`. */
  get uncaught(): readonly unknown[] {
    return this.#uncaught;
  }

  /** Removes the unhandled rejections of some promises, and returns their reasons. */
  take(owns: (promise: unknown) => boolean): readonly unknown[] {
    const taken = this.#heard.filter(({ promise, isHandled }) => !isHandled && owns(promise));
    this.#heard = this.#heard.filter((rejection) => !taken.includes(rejection));
    return taken.map(({ reason }) => reason);
  }

  /**
   * Calls `tell` with each unhandled rejection once, and removes those for which it returns true. Returns whether it
   * called `tell`.
   */
  tell(tell: (rejection: Rejection) => boolean): boolean {
    const fresh = this.#heard.filter((rejection) => !rejection.isHandled && !this.#told.has(rejection));
    for (const rejection of fresh) this.#told.add(rejection);
    const heard = new Set(fresh.filter(tell));
    this.#heard = this.#heard.filter((rejection) => !heard.has(rejection));
    return fresh.length > 0;
  }

  /** Forgets all rejections and errors so far. */
  forget(): void {
    this.#heard = [];
    this.#uncaught = [];
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    this.#letGo();
    globalThis.removeEventListener("rejectionhandled", this.#handled, { capture: true });
  }

  readonly #handled = (event: PromiseRejectionEvent): void => {
    if (!this.#owns(event.promise)) return;
    event.stopImmediatePropagation();
    for (const rejection of this.#heard) if (rejection.promise === event.promise) rejection.isHandled = true;
  };
}
