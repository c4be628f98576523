/**
 * A concurrent history: calls by tasks on named objects, each from the ticket of its begin to the ticket of its end.
 *
 * - Real-time order: a call precedes another where `a.end < b.begin`; otherwise the two are concurrent.
 * - A call without an `end` is pending: it may have taken effect at any time after its begin, or not at all.
 * - A call with an `error` threw it; any other call that ended returned its `result`, `undefined` where that is absent.
 * - Tickets come from one counter that every task advances before and after each call, not from clocks.
 */

import { valueText } from "./value_text.ts";

/** One call of a history. */
export interface HistoryCall {
  /** Who calls; the calls of one task usually follow one another. */
  readonly task: string | number;
  /** The name of the object that is called. */
  readonly object: string;
  /** The method's name. */
  readonly method: string;
  /** The arguments. */
  readonly args: readonly unknown[];
  /** The ticket that is taken before the call. */
  readonly begin: number;
  /** The ticket that is taken after the call; absent while the call is pending. */
  readonly end?: number;
  /** What the call returned. */
  readonly result?: unknown;
  /**
   * Which part of a larger call it is, where that takes effect in parts: those of one task that begin at one ticket take
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

/** Whether a call returned any value; a pending one may yet. */
export function returned(call: HistoryCall): boolean {
  return call.end === undefined || call.error === undefined;
}

/** Whether a call returned a value like this one; a pending one may yet. */
export function returnedValue(call: HistoryCall, value: unknown): boolean {
  if (call.end === undefined) return true;
  if (call.error !== undefined) return false;
  return Object.is(call.result, value) || valueText(call.result) === valueText(value);
}

/**
 * Whether a call threw, an error of this name where one is given; a pending call did not. It might yet, but a call
 * that throws changes nothing, and a pending call that changed nothing needs no place in an order.
 */
export function threw(call: HistoryCall, name?: string): boolean {
  if (call.end === undefined || call.error === undefined) return false;
  return name === undefined || errorName(call.error) === name;
}

/** A call for people, without task and object: `tryPut(3) -> false`, `get() throws QueueEmptyError`, `put(1) ...`. */
export function callText(call: HistoryCall): string {
  const text = `${call.method}(${call.args.map(valueText).join(", ")})`;
  if (call.end === undefined) return `${text} ...`;
  if (call.error !== undefined) return `${text} throws ${errorName(call.error)}`;
  return call.result === undefined ? text : `${text} -> ${valueText(call.result)}`;
}

/** @throws {RangeError} where a ticket is not finite or a call ends before it begins. */
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
