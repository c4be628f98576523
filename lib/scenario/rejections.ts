/**
 * Rejections of a realm's promises that nobody handled at the end of a step, as the host hears of them in its next turn.
 *
 * - Those of other realms are left to others.
 */

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

  /** `owns` says which promises count. */
  constructor(owns: (promise: unknown) => boolean) {
    this.#owns = owns;
    globalThis.addEventListener("unhandledrejection", this.#unhandled, { capture: true });
    globalThis.addEventListener("rejectionhandled", this.#handled, { capture: true });
  }

  /** Those since it was forgotten. */
  get heard(): readonly Rejection[] {
    return this.#heard;
  }

  /** Forgets what was heard. */
  forget(): void {
    this.#heard = [];
  }

  /** Hears no more. */
  [Symbol.dispose](): void {
    globalThis.removeEventListener("unhandledrejection", this.#unhandled, { capture: true });
    globalThis.removeEventListener("rejectionhandled", this.#handled, { capture: true });
  }

  readonly #unhandled = (event: PromiseRejectionEvent): void => {
    const { promise, reason } = event;
    if (!this.#owns(promise)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#heard.push({ promise, reason, isHandled: false });
  };

  readonly #handled = (event: PromiseRejectionEvent): void => {
    if (!this.#owns(event.promise)) return;
    event.stopImmediatePropagation();
    for (const rejection of this.#heard) if (rejection.promise === event.promise) rejection.isHandled = true;
  };
}
