/**
 * Failures of calls that nobody has asked for so far, kept for the end of their pool.
 *
 * - A call that was cancelled is no failure. Of very many only the first are kept.
 */

import { CancelledError, UnfetchedFailureError } from "../errors.ts";
import type { Call } from "./call.ts";

/** How many are kept. */
const MOST = 1000;

export class UnfetchedFailures {
  #calls: Call[] = [];

  /** Takes note of a call that has settled. */
  note(call: Call): void {
    const { outcome, isFetched } = call;
    if (isFetched || outcome === undefined || "value" in outcome || outcome.error instanceof CancelledError) return;
    if (this.#calls.length === MOST) this.#calls = this.#unfetched();
    if (this.#calls.length < MOST) this.#calls.push(call);
  }

  /** The error about all of them; undefined where there is none. */
  report(): UnfetchedFailureError | undefined {
    const calls = this.#unfetched();
    const errors = calls.flatMap(({ outcome }) => outcome !== undefined && "error" in outcome ? [outcome.error] : []);
    return errors.length === 0 ? undefined : new UnfetchedFailureError(errors, calls.map(({ name }) => name));
  }

  #unfetched(): Call[] {
    return this.#calls.filter(({ isFetched }) => !isFetched);
  }
}
