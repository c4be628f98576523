/**
 * Ready specifications of queues and stacks, for `checkLinearizable`.
 *
 * - Method names are those of the primitives: put, tryPut, get, tryGet, size. Any other throws a RangeError.
 * - A refusal is `false` from tryPut, `undefined` from tryGet, and QueueFullError or QueueEmptyError from all.
 * - A put refuses only a full queue, a get only an empty one; a call that throws changes nothing.
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
 *
 * @module
 */

import { type HistoryCall, returned, returnedValue, threw } from "./history.ts";
import { type Methods, refused, specify, succeeded } from "./methods.ts";
import { type PutOrder, queueOrder, refineByGets, stackOrder } from "./put_order.ts";
import type { SequentialSpecification } from "./sequential_specification.ts";
import { valueText } from "./value_text.ts";

/** How many items fit. */
export interface CapacityOptions {
  /** The most items; 0 or less is no bound (default: 0). */
  readonly maxsize?: number;
}

/** A queue, first in first out: put(item), tryPut(item), get, tryGet and size. */
export function sequentialQueue({ maxsize = 0 }: CapacityOptions = {}): SequentialSpecification<readonly string[]> {
  return collection({ maxsize, takeAt: () => 0, before: queueOrder });
}

/** A stack, last in first out, with the methods of a queue. */
export function sequentialStack({ maxsize = 0 }: CapacityOptions = {}): SequentialSpecification<readonly string[]> {
  return collection({ maxsize, takeAt: (size) => size - 1, before: stackOrder });
}

/** An item of a priority queue. */
export interface PrioritizedItem {
  /** The item. */
  readonly value: unknown;
  /** Its canonical text. */
  readonly text: string;
}

/**
 * A priority queue with the methods of a queue: get takes an item that no other is less than. By default numbers,
 * bigints and strings compare by `<`, arrays by their first elements that differ; other items are equal.
 */
export function sequentialPriorityQueue(
  { maxsize = 0, compare = comparePriorities }: CapacityOptions & {
    /** Negative where the first item comes out before the second. */
    compare?: (one: unknown, other: unknown) => number;
  } = {},
): SequentialSpecification<readonly PrioritizedItem[]> {
  return specify<readonly PrioritizedItem[]>(
    methodsOf<PrioritizedItem>({
      maxsize,
      itemOf: (value) => ({ value, text: valueText(value) }),
      textOf: ({ text }) => text,
      takeAt: (items) => {
        const texts = new Set<string>();
        return items.flatMap(({ value, text }, index) => {
          if (texts.has(text) || items.some((other) => compare(other.value, value) < 0)) return [];
          texts.add(text);
          return [index];
        });
      },
    }),
    { initial: [], key: (items) => items.map(({ text }) => text).sort().join() },
  );
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

/** The methods of whatever items are put into and taken from. */
function methodsOf<Item>({ maxsize, itemOf, textOf, takeAt }: {
  maxsize: number;
  itemOf: (value: unknown) => Item;
  textOf: (item: Item) => string;
  /** The positions of the items that may be taken, of which there is at least one. */
  takeAt: (items: readonly Item[]) => readonly number[];
}): Methods<readonly Item[]> {
  const put = (items: readonly Item[], call: HistoryCall) => {
    if (maxsize > 0 && items.length >= maxsize) return refused(call) || threw(call, "QueueFullError") ? [items] : [];
    return succeeded(call) ? [[...items, itemOf(call.args[0])]] : [];
  };
  const get = (items: readonly Item[], call: HistoryCall) => {
    if (items.length === 0) {
      const empty = call.method === "tryGet" && call.end !== undefined && returnedValue(call, undefined);
      return empty || threw(call, "QueueEmptyError") ? [items] : [];
    }
    if (!returned(call)) return [];
    const wanted = call.end === undefined ? undefined : valueText(call.result);
    return takeAt(items)
      .filter((at) => wanted === undefined || items.slice(at, at + 1).some((item) => textOf(item) === wanted))
      .map((at) => items.toSpliced(at, 1));
  };
  const size = (items: readonly Item[], call: HistoryCall) => returnedValue(call, items.length) ? [items] : [];
  return { put, tryPut: put, get, tryGet: get, size };
}

/** A queue or a stack: items are texts, and each put of a text that no other has is ordered by the gets. */
function collection({ maxsize, takeAt, before }: {
  maxsize: number;
  takeAt: (size: number) => number;
  before: PutOrder;
}): SequentialSpecification<readonly string[]> {
  const methods = methodsOf<string>({
    maxsize,
    itemOf: valueText,
    textOf: (text) => text,
    takeAt: (items) => [takeAt(items.length)],
  });
  return specify(methods, {
    initial: [],
    key: (items) => items.join(),
    refine: (calls) => refineByGets(calls, before),
  });
}
