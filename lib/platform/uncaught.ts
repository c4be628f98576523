/**
 * Errors that nobody catches in this realm, and rejections that nobody handles: who hears of them.
 *
 * - Whoever listens last is asked first, and says whether it is theirs; then nobody else hears of it. Listeners of the platform's
 *   own are called in the order in which they were added, so there is one for all.
 */

/** An error that nobody catches, or a rejection that nobody handles. */
export interface Uncaught {
  /** What was thrown, or why it was rejected. */
  readonly thrown: unknown;
  /** The promise that was rejected; undefined for an error. */
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

/** Hears of what is uncaught until the function that it gives is called; `hear` says whether it is the hearer's. */
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
