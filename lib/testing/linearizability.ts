/**
 * Whether a history of concurrent calls is linearizable: each call took effect at one instant between its begin and its
 * end, as its object's sequential specification allows.
 *
 * - M. P. Herlihy and J. M. Wing, "Linearizability: a correctness condition for concurrent objects" (1990). It is local:
 *   a history is linearizable if the calls on each object are, so each object is checked by itself.
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

/** The calls of the prefix that a failure's picture shows. */
const CALLS_SHOWN = 12;

/** The sequential specification of each object, by its name. */
export type Specifications = Readonly<Record<string, SequentialSpecification>>;

/** How much is looked at. */
export interface LinearizabilityOptions {
  /** The most configurations (calls placed, state) that one search may look at (default: 1,000,000). */
  readonly limit?: number;
}

/** A history that is linearizable. */
export interface Linearizable {
  /** It is. */
  readonly linearizable: true;
  /** A legal order of the calls that ended and of those pending calls that took effect. */
  readonly order: readonly HistoryCall[];
}

/** A history that is not linearizable. */
export interface NotLinearizable {
  /** It is not. */
  readonly linearizable: false;
  /** The object whose calls have no legal order. */
  readonly object: string;
  /** A legal order of calls on the object: the longest part of the history, up to a return, that has one. */
  readonly prefix: readonly HistoryCall[];
  /** The call whose return no order explains; after it, the calls that began before that return and are not in the prefix. */
  readonly stuck: readonly HistoryCall[];
}

/** The verdict on a history. */
export type LinearizabilityVerdict = Linearizable | NotLinearizable;

/**
 * Decides whether a history is linearizable. Its calls may be given in any order.
 *
 * The search is exponential at worst, and `limit` bounds it: for queues and stacks let the items differ, because equal
 * ones do not tell in which order they were put. A thousand calls of a few tasks then usually take milliseconds.
 *
 * @throws {RangeError} where an object has no specification, a ticket is wrong, a specification lacks a method, or the
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
 * @throws {Error} where it is not: with a picture of the calls around the first return that no order explains, and the
 * verdict as the `cause`.
 * @throws {RangeError} as `checkLinearizable`.
 */
export function assertLinearizable(
  history: readonly HistoryCall[],
  specifications: Specifications,
  options: LinearizabilityOptions = {},
): void {
  const verdict = checkLinearizable(history, specifications, options);
  if (!verdict.linearizable) throw new Error(describe(verdict), { cause: verdict });
}

/** What a history of one object looks like just after its first return that no order explains, and just before. */
function firstFault(
  calls: readonly HistoryCall[],
  options: { specification: SequentialSpecification; limit: number },
): Pick<NotLinearizable, "prefix" | "stuck"> {
  const returns = calls.filter(({ end }) => end !== undefined).sort((one, other) => endOf(one) - endOf(other));
  // Up to the first `good` returns there is an order, up to the first `bad` ones there is none.
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
  // The fault may have been placed as a pending call, with another result than it had.
  const cut = prefix.indexOf(fault);
  if (cut >= 0) prefix = prefix.slice(0, cut);
  const others = calls.filter((call) => call !== fault && call.begin < endOf(fault) && !prefix.includes(call));
  return { prefix, stuck: [fault, ...others] };
}

/** The history as it is at a ticket, where calls that end later are pending; for each call the one that it is of. */
function upTo(ticket: number, calls: readonly HistoryCall[]): Map<HistoryCall, HistoryCall> {
  return new Map(
    calls.filter(({ begin }) => begin < ticket).map((call) => {
      const { end: _end, result: _result, error: _error, ...pending } = call;
      return [endOf(call) <= ticket ? call : pending, call];
    }),
  );
}

/**
 * One order of the calls on all objects. Each call gets the earliest instant that its object's order allows, which is
 * the begin of a call that is not after it: so instants respect real time across objects too.
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
  return `Cannot linearize the calls on ${object}: no order explains ${what}, a linearizable history is wanted\n\n` +
    `${drawLanes([...shown, ...stuck], new Set(stuck))}\n\n` +
    `Marked (!): what no order places. Before it, in this order: ${order.join(", ") || "nothing"}`;
}

function endOf(call: HistoryCall | undefined): number {
  return call?.end ?? Infinity;
}
