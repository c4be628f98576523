/**
 * Uncaught errors and unhandled rejections in this realm, and who handles them.
 *
 * - The newest listener is asked first. If it says that the error is its own, no other listener gets it. Listeners of the
 *   platform are called in the order in which they were added, so a single one serves all listeners here.
 */

/** An uncaught error, or an unhandled rejection. */
export interface Uncaught {
  /** What was thrown, or the reason of the rejection. */
  readonly thrown: unknown;
  /** The rejected promise; `undefined` for an error. */
  readonly promise: unknown;
}

const hearers: ((uncaught: Uncaught) => boolean)[] = [];

function tell(event: Event, uncaught: Uncaught): void {
  if (!hearers.some((hear) => hear(uncaught))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function rejected(event: PromiseRejectionEvent): void {
  tell(event, { thrown: event.reason, promise: event.promise });
}

function failed(event: ErrorEvent): void {
  tell(event, { thrown: event.error, promise: undefined });
}

/** Listens for uncaught errors until the returned function is called; `hear` returns whether an error is its own. */
export function hearUncaught(hear: (uncaught: Uncaught) => boolean): () => void {
  if (hearers.length === 0) {
    globalThis.addEventListener("unhandledrejection", rejected, { capture: true });
    globalThis.addEventListener("error", failed, { capture: true });
  }
  hearers.unshift(hear);
  return () => {
    const place = hearers.indexOf(hear);
    if (place >= 0) hearers.splice(place, 1);
    if (hearers.length > 0) return;
    globalThis.removeEventListener("unhandledrejection", rejected, { capture: true });
    globalThis.removeEventListener("error", failed, { capture: true });
  };
}
