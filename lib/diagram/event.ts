/**
 * When an event happens, and the status that it returns.
 *
 * - A periodic event happens at `offset + k * period` for k = 0, 1, 2, ...: the time is multiplied, never accumulated.
 * - A handler that returns nothing has succeeded. Of several statuses, the most severe counts.
 *
 * @example
 * ```ts
 * import { didNothing, failed, mostSevere, succeeded } from "./event.ts";
 *
 * const status = mostSevere(mostSevere(didNothing(), failed("no fuel")), succeeded());
 * if (status.severity !== "failed" || status.message !== "no fuel") throw new Error("the more severe wins");
 * ```
 */

import { snapped } from "./exact_time.ts";

/** The severity of an event's status, from least to most severe. */
export type Severity = "did-nothing" | "succeeded" | "reached-termination" | "failed";

/** The status of an event, which its handler may return. */
export interface EventStatus {
  /** How severe it is. */
  readonly severity: Severity;
  /** The reason, for people; "" if there is none. */
  readonly message: string;
}

/** When a periodic event happens, in seconds. */
export interface Timing {
  /** Seconds between two events, above 0. */
  readonly period: number;
  /** The time of the first event in seconds, at least 0. */
  readonly offset: number;
}

const RANK: Readonly<Record<Severity, number>> = {
  "did-nothing": 0,
  "succeeded": 1,
  "reached-termination": 2,
  "failed": 3,
};

const DID_NOTHING: EventStatus = Object.freeze({ severity: "did-nothing", message: "" });
const SUCCEEDED: EventStatus = Object.freeze({ severity: "succeeded", message: "" });

/** The status of an event that found nothing to do; it is not counted. */
export function didNothing(): EventStatus {
  return DID_NOTHING;
}

/** The status of an event that did its work. */
export function succeeded(): EventStatus {
  return SUCCEEDED;
}

/** The status that ends the run: the simulator finishes the events of this instant and returns. */
export function reachedTermination(message: string): EventStatus {
  return { severity: "reached-termination", message };
}

/** The status of an event that failed: the simulator throws an `EventFailedError`. */
export function failed(message: string): EventStatus {
  return { severity: "failed", message };
}

/** The more severe of two statuses; the first if they are equally severe. */
export function mostSevere(one: EventStatus, other: EventStatus): EventStatus {
  return RANK[other.severity] > RANK[one.severity] ? other : one;
}

/**
 * The status that a handler returned; `succeeded` for nothing.
 *
 * @throws {TypeError} if it returned a promise or an iterator, since then it is not done.
 */
export function statusOf(returned: EventStatus | void, who: string): EventStatus {
  if (returned === undefined) return SUCCEEDED;
  const { then, next } = returned as { readonly then?: unknown; readonly next?: unknown };
  if (typeof then !== "function" && typeof next !== "function") return returned;
  // Nobody awaits this promise, and its rejection must not end the process.
  if (typeof then === "function") Promise.resolve(returned).catch(() => {});
  const [is, wanted] = typeof then === "function" ? ["a promise", "nothing, a status or async: true"] : [
    "an iterator",
    "nothing or a status",
  ];
  throw new TypeError(`Cannot run an event of ${who}: its handler returned ${is}, ${wanted} is wanted`);
}

/** Checks a period and an offset in seconds, and undoes the rounding of computed values: 3 * 0.1 counts as 0.3. */
export function checkedTiming(what: string, period: number, offset = 0): Timing {
  if (!(Number.isFinite(period) && period > 0)) {
    throw new RangeError(`Cannot schedule ${what}: the period is ${period}, a number of seconds above 0 is wanted`);
  }
  if (!(Number.isFinite(offset) && offset >= 0)) {
    throw new RangeError(`Cannot schedule ${what}: the offset is ${offset}, a number of seconds from 0 up is wanted`);
  }
  return Object.freeze({ period: snapped(period), offset: snapped(offset) });
}
