/**
 * Rejections of a realm's promises that nobody handled at the end of a step, as the host hears of them in its next turn.
 *
 * - Those of other realms are left to others. In the caller's own realm all are a run's, and so are errors that nobody caught.
 */

import { hearUncaught } from "../platform/mod.ts";

/** A rejection. */
export interface Rejection {
  /** What was rejected. */
  readonly promise: unknown;
  /** Why. */
  readonly reason: unknown;
  /** Whether somebody handled it later. */
  isHandled: boolean;
}

/** Hears of rejections until it is disposed. */
export class Rejections implements Disposable {
  readonly #owns: (promise: unknown) => boolean;
  #heard: Rejection[] = [];
  #uncaught: unknown[] = [];
  readonly #told = new WeakSet<Rejection>();
  readonly #letGo: () => void;

  /** `owns` says which promises count, `hearsErrors` whether errors that nobody caught do. */
  constructor(owns: (promise: unknown) => boolean, { hearsErrors }: { readonly hearsErrors: boolean }) {
    this.#owns = owns;
    this.#letGo = hearUncaught(({ thrown: reason, promise }) => {
      if (promise === undefined) return hearsErrors && this.#uncaught.push(reason) > 0;
      return owns(promise) && this.#heard.push({ promise, reason, isHandled: false }) > 0;
    });
    globalThis.addEventListener("rejectionhandled", this.#handled, { capture: true });
  }

  /** Those since it was forgotten. */
  get heard(): readonly Rejection[] {
    return this.#heard;
  }

  /** Errors that nobody caught since it was forgotten. */
  get uncaught(): readonly unknown[] {
    return this.#uncaught;
  }

  /** Takes those of some promises out, as why they were rejected. */
  take(owns: (promise: unknown) => boolean): readonly unknown[] {
    const taken = this.#heard.filter(({ promise, isHandled }) => !isHandled && owns(promise));
    this.#heard = this.#heard.filter((rejection) => !taken.includes(rejection));
    return taken.map(({ reason }) => reason);
  }

  /** Takes out what was told to somebody: `tell` says so of each that it was not told of yet. Whether it was told of any. */
  tell(tell: (rejection: Rejection) => boolean): boolean {
    const fresh = this.#heard.filter((rejection) => !rejection.isHandled && !this.#told.has(rejection));
    for (const rejection of fresh) this.#told.add(rejection);
    const heard = new Set(fresh.filter(tell));
    this.#heard = this.#heard.filter((rejection) => !heard.has(rejection));
    return fresh.length > 0;
  }

  /** Forgets what was heard. */
  forget(): void {
    this.#heard = [];
    this.#uncaught = [];
  }

  /** Hears no more. */
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
