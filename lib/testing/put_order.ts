/**
 * Derives the order of puts from the gets of a history, for queues and stacks.
 *
 * Overlapping puts may come in any order, and a wrong order shows only when the items come out: with n items inside, a
 * plain search tries up to n! orders. So the search gets facts that hold in every legal order.
 *
 * - Queue: if get(a) precedes get(b), then put(a) comes before put(b).
 * - Stack: if put(a) precedes get(b) and get(b) precedes get(a), then b lies on top of a: put(a) comes before put(b).
 * - Queue: the items ahead of a taken item that no known get takes are at most as many as the pending gets.
 * - An item that nobody takes comes out after all others; the order among several such items makes no difference.
 * - No item is taken without a put, or more often than it was put; a get that finds nothing does so at an instant at
 *   which no item must be inside.
 * - The facts about the order of puts apply to items that are put once and taken at most once.
 */

import { type HistoryCall, precedes, returned, threw } from "./history.ts";
import { succeeded } from "./methods.ts";
import type { Refinement } from "./sequential_specification.ts";
import { valueText } from "./value_text.ts";

const PUTS = new Set(["put", "tryPut"]);
const TAKES = new Set(["get", "tryGet", "take", "tryTake"]);

/** An item that is put once, and the call that takes it, if any. */
export interface Passage {
  /** The put's position among the calls. */
  readonly position: number;
  readonly put: HistoryCall;
  readonly get: HistoryCall | undefined;
}

/**
 * Whether the first of two items must be put before the second; a pending get may take any item from `pendingFrom` on.
 */
export type PutOrder = (first: Passage, second: Passage, pendingFrom: number) => boolean;

/** In a queue: the first is taken out before anyone begins to take the second. */
export function queueOrder(first: Passage, second: Passage, pendingFrom: number): boolean {
  return endOf(first.get) < (second.get?.begin ?? pendingFrom);
}

/** In a stack: the first is inside before anyone takes the second, and still there afterwards. */
export function stackOrder(first: Passage, second: Passage, pendingFrom: number): boolean {
  if (second.get === undefined || !precedes(first.put, second.get)) return false;
  return endOf(second.get) < (first.get?.begin ?? pendingFrom);
}

/** The refinement: items that nobody takes count as equal; the others have the order that the gets show. */
export function refineByGets(calls: readonly HistoryCall[], before: PutOrder): Refinement<readonly string[]> {
  const puts = new Map<string, number[]>();
  const gets = new Map<string, HistoryCall[]>();
  const pending: number[] = [];
  calls.forEach((call, position) => {
    if (PUTS.has(call.method)) {
      if (!succeeded(call)) return;
      const text = valueText(call.args[0]);
      puts.set(text, [...puts.get(text) ?? [], position]);
    } else if (TAKES.has(call.method) && returned(call)) {
      if (call.end === undefined) pending.push(call.begin);
      else gets.set(valueText(call.result), [...gets.get(valueText(call.result)) ?? [], call]);
    }
  });
  // An item that is only fetched must be told from the others, too.
  const seen = new Set([...gets.keys(), ...calls.filter(looks).map(({ result }) => valueText(result))]);
  const passages: Passage[] = [];
  for (const [text, positions] of puts) {
    const takers = gets.get(text) ?? [];
    const [position] = positions;
    const put = position === undefined ? undefined : calls[position];
    // A tryGet that returns undefined may have found nothing.
    if (position === undefined || put === undefined || positions.length > 1 || takers.length > 1) continue;
    if (text !== "undefined") passages.push({ position, put, get: takers[0] });
  }
  const pendingFrom = Math.min(Infinity, ...pending);
  const pairs: [number, number][] = [];
  for (const first of passages) {
    for (const second of passages) {
      if (first === second || precedes(first.put, second.put)) continue;
      if (before(first, second, pendingFrom)) pairs.push([first.position, second.position]);
    }
  }
  let impossible = passages.some(({ put, get }) => get !== undefined && precedes(get, put));
  for (const [text, takers] of gets) {
    if (text !== "undefined" && takers.length > (puts.get(text)?.length ?? 0)) impossible = true;
  }
  impossible ||= calls.some((call) => foundEmpty(call) && coversAll(call, passages, pendingFrom));
  if (before === queueOrder) impossible ||= passages.some((passage) => overtakes(passage, passages, pending));
  const key = (items: readonly string[]) => items.map((text) => seen.has(text) ? text : "_").join();
  return { before: pairs, key, impossible };
}

/** Whether more untaken items lie ahead of a taken item than pending gets can have removed. */
function overtakes({ put, get }: Passage, passages: readonly Passage[], pending: readonly number[]): boolean {
  if (get === undefined) return false;
  const first = passages.filter((other) => other.get === undefined && precedes(other.put, put)).length;
  return first > pending.filter((begin) => begin <= endOf(get)).length;
}

function looks({ method }: HistoryCall): boolean {
  return method === "fetch" || method === "tryFetch";
}

function foundEmpty(call: HistoryCall): boolean {
  if (!TAKES.has(call.method)) return false;
  return threw(call, "QueueEmptyError") || threw(call, "WaitTimeoutError") ||
    (call.method.startsWith("try") && call.end !== undefined && call.error === undefined && call.result === undefined);
}

/** Whether at each instant of a call some item must be inside: its put has ended and nobody has begun to take it. */
function coversAll(call: HistoryCall, passages: readonly Passage[], pendingFrom: number): boolean {
  // Up to this instant some item is surely inside.
  let covered = call.begin;
  for (;;) {
    const until = passages.reduce((latest, { put, get }) => {
      return endOf(put) < covered ? Math.max(latest, get?.begin ?? pendingFrom) : latest;
    }, covered);
    if (until > endOf(call)) return true;
    if (until === covered) return false;
    covered = until;
  }
}

function endOf(call: HistoryCall | undefined): number {
  return call?.end ?? Infinity;
}
