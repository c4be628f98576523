/**
 * The failures of calls that nobody has fetched so far, to be reported when their pool closes.
 *
 * - A canceled call is not a failure. Only the first MOST failures are kept.
 */

import { CancelledError, UnfetchedFailureError } from "../errors.ts";
import type { Call } from "./call.ts";

/** How many failures are kept. */
const MOST = 1000;

/** Collects the failures of calls that nobody has fetched. */
export class UnfetchedFailures {
  #calls: Call[] = [];

  /** Records a settled call. */
  note(call: Call): void {
    const { outcome, isFetched } = call;
    if (isFetched || outcome === undefined || "value" in outcome || outcome.error instanceof CancelledError) return;
    if (this.#calls.length === MOST) this.#calls = this.#unfetched();
    if (this.#calls.length < MOST) this.#calls.push(call);
  }

  /** The error about all of them; `undefined` if there are none. */
  report(): UnfetchedFailureError | undefined {
    const calls = this.#unfetched();
    const errors = calls.flatMap(({ outcome }) => outcome !== undefined && "error" in outcome ? [outcome.error] : []);
    return errors.length === 0 ? undefined : new UnfetchedFailureError(errors, calls.map(({ name }) => name));
  }

  #unfetched(): Call[] {
    return this.#calls.filter(({ isFetched }) => !isFetched);
  }
}
