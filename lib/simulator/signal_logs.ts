/**
 * The logs of a run, and when each of them takes a row.
 *
 * - Logs of changes look after a release and after updates; logs with a period look at their own times.
 */

import type { Rational } from "../diagram/mod.ts";
import type { SignalLog } from "./signal_log.ts";

/** The logs of a run. */
export class SignalLogs {
  readonly #all: SignalLog[] = [];
  readonly #ofChanges: SignalLog[] = [];
  readonly #periodic: SignalLog[] = [];

  /** Whether any of them has times of its own. */
  get isPeriodic(): boolean {
    return this.#periodic.length > 0;
  }

  add(log: SignalLog): void {
    this.#all.push(log);
    (log.period === undefined ? this.#ofChanges : this.#periodic).push(log);
  }

  /** Begins a run at that time. */
  begin(time: Rational): void {
    for (const log of this.#all) log.begin(time);
  }

  /** Continues a run at that time. */
  restore(time: Rational, at: Parameters<SignalLog["restore"]>[1]): void {
    for (const log of this.#all) log.restore(time, at);
  }

  /** Has the logs of changes look for one. */
  look(): void {
    for (const log of this.#ofChanges) log.look();
  }

  /** Has all logs look at an instant of the run, after its release and before its updates. */
  lookAt(time: Rational): void {
    this.look();
    this.sample(time);
  }

  /** Takes a row for each periodic log that is due at this time. */
  sample(time: Rational): void {
    for (const log of this.#periodic) if (log.due(time, { isIncluded: true }) !== undefined) log.sample();
  }

  /** The earliest time at which a periodic log is due before `until` (or at it, if included). */
  due(until: Rational, at: { readonly isIncluded: boolean }): { time: Rational; t: number } | undefined {
    let first: { time: Rational; t: number } | undefined;
    for (const log of this.#periodic) first = log.due(first?.time ?? until, at) ?? first;
    return first;
  }
}
