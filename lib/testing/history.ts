/**
 * A concurrent history: calls by tasks on named objects, each with a ticket for its begin and one for its end.
 *
 * - Real-time order: call a precedes call b if `a.end < b.begin`; if neither precedes the other, they are concurrent.
 * - A call without an `end` is pending: it may have taken effect at any time after its begin, or not at all.
 * - A call with an `error` threw it; any other call that ended returned its `result`, or `undefined` if that is absent.
 * - Tickets come from a counter that every task advances before and after each call, not from clocks.
 */

import { valueText } from "./value_text.ts";

/** One call of a history. */
export interface HistoryCall {
  /** The calling task; the calls of one task usually do not overlap. */
  readonly task: string | number;
  /** The name of the called object. */
  readonly object: string;
  /** The method's name. */
  readonly method: string;
  /** The arguments. */
  readonly args: readonly unknown[];
  /** The ticket taken before the call. */
  readonly begin: number;
  /** The ticket taken after the call; absent if the call is pending. */
  readonly end?: number;
  /** What the call returned. */
  readonly result?: unknown;
  /**
   * The index of this part of a larger call that takes effect in parts: parts of one task with the same `begin` take
   * effect in this order. See `partsOf`.
   */
  readonly part?: number;
  /** What the call threw: an Error, its data (`{ name }`), or the name alone. */
  readonly error?: unknown;
}

/** Whether a call ended before another began. */
export function precedes(one: HistoryCall, other: HistoryCall): boolean {
  return one.end !== undefined && one.end < other.begin;
}

/** Whether a call returned, with any value; true for a pending call, which may still return. */
export function returned(call: HistoryCall): boolean {
  return call.end === undefined || call.error === undefined;
}

/** Whether a call returned an equal value; true for a pending call, which may still return it. */
export function returnedValue(call: HistoryCall, value: unknown): boolean {
  if (call.end === undefined) return true;
  if (call.error !== undefined) return false;
  return Object.is(call.result, value) || valueText(call.result) === valueText(value);
}

/**
 * Whether a call threw; with `name`, an error of that name. False for a pending call: it might still throw, but a call
 * that throws changes nothing, and a pending call that changed nothing needs no place in an order.
 */
export function threw(call: HistoryCall, name?: string): boolean {
  if (call.end === undefined || call.error === undefined) return false;
  return name === undefined || errorName(call.error) === name;
}

/** A call as text, without task and object: `tryPut(3) -> false`, `get() throws QueueEmptyError`, `put(1) ...`. */
export function callText(call: HistoryCall): string {
  const text = `${call.method}(${call.args.map(valueText).join(", ")})`;
  if (call.end === undefined) return `${text} ...`;
  if (call.error !== undefined) return `${text} throws ${errorName(call.error)}`;
  return call.result === undefined ? text : `${text} -> ${valueText(call.result)}`;
}

/** @throws {RangeError} if a ticket is not finite or a call ends before it begins. */
export function checkTickets(history: readonly HistoryCall[]): void {
  for (const call of history) {
    const { begin, end } = call;
    if (Number.isFinite(begin) && (end === undefined || (Number.isFinite(end) && begin < end))) continue;
    throw new RangeError(
      `Cannot order ${call.object}.${callText(call)} of task ${call.task}: it goes from ticket ${begin} to ` +
        `${end}, finite tickets with begin < end are wanted`,
    );
  }
}

function errorName(error: unknown): string {
  if (typeof error === "object" && error !== null && "name" in error) return String(error.name);
  return typeof error === "string" ? error : valueText(error);
}
