/**
 * Checks whether a history of concurrent calls is linearizable: each call takes effect at one instant between its begin
 * and its end, as the sequential specification of its object allows.
 *
 * - M. P. Herlihy and J. M. Wing, "Linearizability: a correctness condition for concurrent objects" (1990).
 *   Linearizability is local: a history is linearizable if the calls on each object are, so each object is checked by
 *   itself.
 * - The verdict carries its proof: an order of the calls, or the first return that no order explains.
 *
 * @example
 * ```ts
 * import { assertLinearizable, checkLinearizable } from "./linearizability.ts";
 * import { sequentialRegister } from "./sequential_specs.ts";
 *
 * const store = { task: 0, object: "x", method: "store", args: [1], begin: 1, end: 4 };
 * const load = { task: 1, object: "x", method: "load", args: [], begin: 2, end: 3, result: 1 };
 * const late = { task: 1, object: "x", method: "load", args: [], begin: 5, end: 6, result: 0 };
 *
 * assertLinearizable([store, load], { x: sequentialRegister() });
 * const verdict = checkLinearizable([store, load, late], { x: sequentialRegister() });
 * if (verdict.linearizable || verdict.stuck[0] !== late) throw new Error("1 is not unwritten");
 * ```
 */

import { callText, checkTickets, type HistoryCall } from "./history.ts";
import { drawLanes } from "./lanes.ts";
import { linearize } from "./linearization.ts";
import type { SequentialSpecification } from "./sequential_specification.ts";

/** How many calls of the prefix a failure's picture shows. */
const CALLS_SHOWN = 12;

/** The sequential specification of each object, by its name. */
export type Specifications = Readonly<Record<string, SequentialSpecification>>;

/** Options of {@linkcode checkLinearizable}. */
export interface LinearizabilityOptions {
  /** The most configurations (calls placed, state) that one search may visit (default: 1,000,000). */
  readonly limit?: number;
}

/** The verdict that a history is linearizable. */
export interface Linearizable {
  /** Tells the verdicts apart. */
  readonly linearizable: true;
  /** A legal order of the calls that ended and the pending calls that took effect. */
  readonly order: readonly HistoryCall[];
}

/** The verdict that a history is not linearizable. */
export interface NotLinearizable {
  /** Tells the verdicts apart. */
  readonly linearizable: false;
  /** The object whose calls have no legal order. */
  readonly object: string;
  /** A legal order of calls on the object, for the longest part of the history, up to a return, that has one. */
  readonly prefix: readonly HistoryCall[];
  /**
   * First the call whose return no order explains, then the calls that began before that return and are not in the
   * prefix.
   */
  readonly stuck: readonly HistoryCall[];
}

/** The verdict on a history. */
export type LinearizabilityVerdict = Linearizable | NotLinearizable;

/**
 * Decides whether a history, whose calls may be in any order, is linearizable.
 *
 * The search is exponential in the worst case, and `limit` bounds it. For queues and stacks, use distinct items,
 * because equal items do not show in which order they were put. Then a thousand calls by a few tasks usually take
 * milliseconds.
 *
 * @throws {RangeError} if an object has no specification, a ticket is wrong, a specification lacks a method, or the
 * limit is reached.
 */
export function checkLinearizable(
  history: readonly HistoryCall[],
  specifications: Specifications,
  { limit = 1_000_000 }: LinearizabilityOptions = {},
): LinearizabilityVerdict {
  checkTickets(history);
  const orders: HistoryCall[][] = [];
  for (const [object, calls] of Map.groupBy(history, ({ object }) => object)) {
    const specification = Object.hasOwn(specifications, object) ? specifications[object] : undefined;
    if (specification === undefined) {
      const known = Object.keys(specifications).join(", ") || "none";
      throw new RangeError(`Cannot check object ${object}: it has no specification, one beside ${known} is wanted`);
    }
    const order = linearize(calls, { specification, limit });
    if (order === undefined) return { linearizable: false, object, ...firstFault(calls, { specification, limit }) };
    orders.push(order);
  }
  return { linearizable: true, order: merge(orders) };
}

/**
 * Throws unless a history is linearizable; see {@linkcode checkLinearizable}.
 *
 * @throws {Error} if it is not: with a picture of the calls around the first return that no order explains, and with
 * the verdict as `cause`.
 * @throws {RangeError} as `checkLinearizable` does.
 */
export function assertLinearizable(
  history: readonly HistoryCall[],
  specifications: Specifications,
  options: LinearizabilityOptions = {},
): void {
  const verdict = checkLinearizable(history, specifications, options);
  if (!verdict.linearizable) throw new Error(describe(verdict), { cause: verdict });
}

/** Finds the first return that no order explains: the order just before it, and the calls that fit no more. */
function firstFault(
  calls: readonly HistoryCall[],
  options: { specification: SequentialSpecification; limit: number },
): Pick<NotLinearizable, "prefix" | "stuck"> {
  const returns = calls.filter(({ end }) => end !== undefined).sort((one, other) => endOf(one) - endOf(other));
  // The history up to the first `good` returns has an order, the one up to the first `bad` returns has none.
  let good = 0;
  let bad = returns.length;
  let prefix: readonly HistoryCall[] = [];
  while (good + 1 < bad) {
    const middle = good + Math.floor((bad - good) / 2);
    const originals = upTo(endOf(returns[middle - 1]), calls);
    const order = linearize([...originals.keys()], options);
    if (order === undefined) bad = middle;
    else [good, prefix] = [middle, order.map((call) => originals.get(call) ?? call)];
  }
  const fault = returns[bad - 1];
  if (fault === undefined) return { prefix: [], stuck: [] };
  // The faulty call may have been placed as a pending call, with a result different from its actual one.
  const cut = prefix.indexOf(fault);
  if (cut >= 0) prefix = prefix.slice(0, cut);
  const others = calls.filter((call) => call !== fault && call.begin < endOf(fault) && !prefix.includes(call));
  return { prefix, stuck: [fault, ...others] };
}

/** The history as of a ticket, with calls that end later pending; each call maps to its original. */
function upTo(ticket: number, calls: readonly HistoryCall[]): Map<HistoryCall, HistoryCall> {
  return new Map(
    calls.filter(({ begin }) => begin < ticket).map((call) => {
      const { end: _end, result: _result, error: _error, ...pending } = call;
      return [endOf(call) <= ticket ? call : pending, call];
    }),
  );
}

/**
 * Merges the orders of all objects into one. Each call gets the earliest instant that its object's order allows, which
 * is the begin of a call not after it, so the instants respect real time across objects too.
 */
function merge(orders: readonly (readonly HistoryCall[])[]): HistoryCall[] {
  return orders.flatMap((order) => {
    let instant = -Infinity;
    return order.map((call) => ({ call, instant: instant = Math.max(instant, call.begin) }));
  }).sort((one, other) => one.instant - other.instant).map(({ call }) => call);
}

function describe({ object, prefix, stuck }: NotLinearizable): string {
  const [fault] = stuck;
  const shown = prefix.slice(-CALLS_SHOWN);
  const hidden = prefix.length - shown.length;
  const order = shown.map((call) => `${call.task}: ${callText(call)}`);
  if (hidden > 0) order.unshift(`(${hidden} calls)`);
  const what = fault === undefined ? "nothing" : `${callText(fault)} of task ${fault.task}`;
  return `The calls on ${object} are not linearizable: no order explains ${what}

` +
    `${drawLanes([...shown, ...stuck], new Set(stuck))}\n\n` +
    `Marked (!): calls that fit in no order. Before them, in this order: ${order.join(", ") || "nothing"}`;
}

function endOf(call: HistoryCall | undefined): number {
  return call?.end ?? Infinity;
}
