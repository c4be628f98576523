/**
 * Sequential specifications of queues, stacks and channels, for `checkLinearizable`.
 *
 * - Methods have the names of the primitives' methods: put, tryPut, get, tryGet, size, shutdown. Any other throws a
 *   RangeError.
 * - `false` from tryPut, `undefined` from tryGet, and QueueFullError or QueueEmptyError from any method are refusals.
 * - A put is refused only if the queue is full, a get only if it is empty; a call that throws changes nothing.
 * - After a shutdown, puts throw QueueShutDownError, and so do gets once nothing is left.
 * - Split batches into their parts first: see `partsOf`.
 *
 * @example
 * ```ts
 * import { checkLinearizable } from "./linearizability.ts";
 * import { sequentialQueue, sequentialStack } from "./sequential_collections.ts";
 *
 * const history = [
 *   { task: 0, object: "jobs", method: "put", args: ["a"], begin: 1, end: 2 },
 *   { task: 0, object: "jobs", method: "put", args: ["b"], begin: 3, end: 4 },
 *   { task: 1, object: "jobs", method: "get", args: [], begin: 5, end: 6, result: "b" },
 * ];
 * if (checkLinearizable(history, { jobs: sequentialQueue() }).linearizable) throw new Error("a comes out of a queue");
 * if (!checkLinearizable(history, { jobs: sequentialStack() }).linearizable) throw new Error("b comes out of a stack");
 * ```
 */

import { type HistoryCall, returned, returnedValue, threw } from "./history.ts";
import { type Methods, refused, specify, succeeded } from "./methods.ts";
import { type PutOrder, queueOrder, refineByGets, stackOrder } from "./put_order.ts";
import type { Refinement, SequentialSpecification } from "./sequential_specification.ts";
import { valueText } from "./value_text.ts";

/** The capacity of a collection. */
export interface CapacityOptions {
  /** The most items; 0 or less means no bound (default: 0). */
  readonly maxsize?: number;
}

/** The state of a collection. */
export interface CollectionState<Item> {
  /** The items, in the order of their puts. */
  readonly items: readonly Item[];
  /** Whether it is closed for puts. */
  readonly closed: boolean;
}

/**
 * The specification of a queue (first in, first out): put(item), tryPut(item), get, tryGet, size and shutdown({
 * immediate }).
 */
export function sequentialQueue(
  { maxsize = 0 }: CapacityOptions = {},
): SequentialSpecification<CollectionState<string>> {
  return collection({ ...QUEUE_ERRORS, maxsize, takeAt: () => 0, before: queueOrder });
}

/** The specification of a stack (last in, first out), with the methods of a queue. */
export function sequentialStack(
  { maxsize = 0 }: CapacityOptions = {},
): SequentialSpecification<CollectionState<string>> {
  return collection({ ...QUEUE_ERRORS, maxsize, takeAt: (size) => size - 1, before: stackOrder });
}

/**
 * The specification of a channel with room for `capacity` values, at least 1: put(value), tryPut(value), take, tryTake,
 * fetch, tryFetch, isReady, isClosed and close. A call that times out throws WaitTimeoutError, a call on a closed
 * channel ChannelClosedError.
 */
export function sequentialChannel(
  { capacity }: { readonly capacity: number },
): SequentialSpecification<CollectionState<string>> {
  if (!(capacity >= 1)) {
    throw new RangeError(
      `Cannot specify a channel: of capacity ${capacity}, at least 1 or sequentialRendezvous() is wanted`,
    );
  }
  return collection({ ...CHANNEL_ERRORS, maxsize: capacity, takeAt: () => 0, before: queueOrder });
}

/** An item of a priority queue. */
export interface PrioritizedItem {
  /** The item. */
  readonly value: unknown;
  /** Its canonical text. */
  readonly text: string;
}

/**
 * The specification of a priority queue, with the methods of a queue: get takes a least item. By default numbers,
 * bigints and strings are compared with `<`, and arrays by their first differing elements; other items count as equal.
 * With `stable`, get takes the one that was put first among equal items.
 */
export function sequentialPriorityQueue(
  { maxsize = 0, compare = comparePriorities, stable = false }: CapacityOptions & {
    /** Negative if the first item comes out before the second. */
    compare?: (one: unknown, other: unknown) => number;
    /** Whether equal items come out in the order of their puts (default: false). */
    stable?: boolean;
  } = {},
): SequentialSpecification<CollectionState<PrioritizedItem>> {
  const methods = methodsOf<PrioritizedItem>({
    ...QUEUE_ERRORS,
    maxsize,
    itemOf: (value) => ({ value, text: valueText(value) }),
    textOf: ({ text }) => text,
    takeAt: (items) => {
      const texts = new Set<string>();
      const least = items.flatMap(({ value, text }, index) => {
        if (texts.has(text) || items.some((other) => compare(other.value, value) < 0)) return [];
        texts.add(text);
        return [index];
      });
      return stable ? least.slice(0, 1) : least;
    },
  });
  const keyOf = (items: readonly PrioritizedItem[]) => {
    const texts = items.map(({ text }) => text);
    return (stable ? texts : texts.sort()).join();
  };
  const specification = { initial: { items: [], closed: false }, key: keyedBy(keyOf) };
  if (!stable) return specify(methods, specification);
  const before: PutOrder = (first, second, pendingFrom) => {
    return compare(first.put.args[0], second.put.args[0]) === 0 && queueOrder(first, second, pendingFrom);
  };
  return specify(methods, { ...specification, refine: (calls) => stableRefinement(calls, { before, compare }) });
}

/** The refinement: equal items have the order that the gets show; equal items that nobody takes are interchangeable. */
function stableRefinement(
  calls: readonly HistoryCall[],
  { before, compare }: { before: PutOrder; compare: (one: unknown, other: unknown) => number },
): Refinement<CollectionState<PrioritizedItem>> {
  const { key: _key, ...rest } = refineByGets(calls, before);
  const gets = calls.filter(({ method }) => method === "get" || method === "tryGet");
  // A pending get may take any of these.
  if (gets.some(({ end }) => end === undefined)) return rest;
  const taken = new Set(gets.filter(returned).map(({ result }) => valueText(result)));
  const priorities: unknown[] = [];
  const priorityOf = (value: unknown): number => {
    const known = priorities.findIndex((other) => compare(other, value) === 0);
    return known < 0 ? priorities.push(value) - 1 : known;
  };
  // Among equal items that nobody takes it makes no difference which one lies where, but it matters that one does: the
  // equal items behind it cannot be taken anymore. Between items of different priority the order of puts does not
  // matter.
  const key = keyedBy((items: readonly PrioritizedItem[]) => {
    const sorted = items.toSorted((one, other) => compare(one.value, other.value));
    return sorted.map(({ value, text }) => taken.has(text) ? text : `_${priorityOf(value)}`).join();
  });
  return { ...rest, key };
}

function comparePriorities(one: unknown, other: unknown): number {
  if (Array.isArray(one) && Array.isArray(other)) {
    const differs = one.findIndex((item, index) => comparePriorities(item, other[index]) !== 0);
    return differs < 0 ? one.length - other.length : comparePriorities(one[differs], other[differs]);
  }
  const kinds = [typeof one, typeof other];
  if (!kinds.every((kind) => kind === "number" || kind === "bigint") && !kinds.every((kind) => kind === "string")) {
    return 0;
  }
  const [low, high] = [one as number, other as number];
  return low < high ? -1 : low > high ? 1 : 0;
}

/** The names of the errors that refuse. */
interface ErrorNames {
  readonly full: string;
  readonly empty: string;
  readonly closed: string;
}

const QUEUE_ERRORS: ErrorNames = { full: "QueueFullError", empty: "QueueEmptyError", closed: "QueueShutDownError" };
const CHANNEL_ERRORS: ErrorNames = {
  full: "WaitTimeoutError",
  empty: "WaitTimeoutError",
  closed: "ChannelClosedError",
};

/** The methods of a collection. */
function methodsOf<Item>({ maxsize, itemOf, textOf, takeAt, ...errors }: ErrorNames & {
  maxsize: number;
  itemOf: (value: unknown) => Item;
  textOf: (item: Item) => string;
  /** The positions of the items that may be taken; the collection is not empty. */
  takeAt: (items: readonly Item[]) => readonly number[];
}): Methods<CollectionState<Item>> {
  type State = CollectionState<Item>;
  const put = (state: State, call: HistoryCall) => {
    const { items, closed } = state;
    if (closed) return threw(call, errors.closed) ? [state] : [];
    if (maxsize > 0 && items.length >= maxsize) return refused(call) || threw(call, errors.full) ? [state] : [];
    return succeeded(call) ? [{ items: [...items, itemOf(call.args[0])], closed }] : [];
  };
  /** The positions of the items that a call may concern. */
  const found = ({ items }: State, call: HistoryCall) => {
    if (!returned(call)) return [];
    const wanted = call.end === undefined ? undefined : valueText(call.result);
    return takeAt(items).filter((at) =>
      wanted === undefined || items.slice(at, at + 1).some((item) => textOf(item) === wanted)
    );
  };
  const isRefused = ({ closed }: State, call: HistoryCall) => {
    if (closed) return threw(call, errors.closed);
    const isTry = call.method.startsWith("try") && call.end !== undefined && returnedValue(call, undefined);
    return isTry || threw(call, errors.empty);
  };
  const get = (state: State, call: HistoryCall) => {
    const { items, closed } = state;
    if (items.length === 0) return isRefused(state, call) ? [state] : [];
    return found(state, call).map((at) => ({ items: items.toSpliced(at, 1), closed }));
  };
  const fetch = (state: State, call: HistoryCall) => {
    if (state.items.length === 0) return isRefused(state, call) ? [state] : [];
    return found(state, call).length > 0 ? [state] : [];
  };
  const close = ({ items }: State, call: HistoryCall) => {
    const [options] = call.args;
    const drops = typeof options === "object" && options !== null && "immediate" in options && options.immediate;
    return returned(call) ? [{ items: drops ? [] : items, closed: true }] : [];
  };
  const tells = (ask: (state: State) => unknown) => (state: State, call: HistoryCall) => {
    return returnedValue(call, ask(state)) ? [state] : [];
  };
  if (errors.full === QUEUE_ERRORS.full) {
    return { put, tryPut: put, get, tryGet: get, size: tells(({ items }) => items.length), shutdown: close };
  }
  const isReady = tells(({ items }) => items.length > 0);
  const isClosed = tells(({ closed }) => closed);
  return { put, tryPut: put, take: get, tryTake: get, fetch, tryFetch: fetch, isReady, isClosed, close };
}

/** A queue or a stack of texts; the gets order the puts of items whose text is unique. */
function collection({ maxsize, takeAt, before, ...errors }: ErrorNames & {
  maxsize: number;
  takeAt: (size: number) => number;
  before: PutOrder;
}): SequentialSpecification<CollectionState<string>> {
  const methods = methodsOf<string>({
    ...errors,
    maxsize,
    itemOf: valueText,
    textOf: (text) => text,
    takeAt: (items) => [takeAt(items.length)],
  });
  return specify(methods, {
    initial: { items: [], closed: false },
    key: keyedBy((items) => items.join()),
    refine: (calls) => {
      const { key, ...rest } = refineByGets(calls, before);
      return key === undefined ? rest : { ...rest, key: keyedBy(key) };
    },
  });
}

function keyedBy<Item>(keyOf: (items: readonly Item[]) => string): (state: CollectionState<Item>) => string {
  return ({ items, closed }) => `${closed ? "closed" : "open"}:${keyOf(items)}`;
}
