/**
 * Splits calls that take effect in parts, such as a batch of puts, into single calls for `checkLinearizable`.
 *
 * - putAll(values) and takeUpTo(count) are not atomic: other calls may come in between. Only the order of their parts
 *   is guaranteed.
 * - All parts have the tickets of the whole call, so each may take effect anywhere within it; the `part` numbers keep
 *   their order.
 *
 * @example
 * ```ts
 * import { checkLinearizable } from "./linearizability.ts";
 * import { partsOf } from "./parts.ts";
 * import { sequentialQueue } from "./sequential_collections.ts";
 *
 * const batch = { task: 0, object: "jobs", method: "putAll", args: [["a", "b"]], begin: 1, end: 4, result: 2 };
 * const get = { task: 1, object: "jobs", method: "get", args: [], begin: 2, end: 3 };
 * const isFirst = (result: string) => {
 *   return checkLinearizable([...partsOf(batch), { ...get, result }], { jobs: sequentialQueue() }).linearizable;
 * };
 * if (!isFirst("a") || isFirst("b")) throw new Error("a comes before b");
 * ```
 */

import type { HistoryCall } from "./history.ts";

/**
 * The single calls of a putAll or takeUpTo, in order; any other call is returned alone. `take` names the single take.
 */
export function partsOf(call: HistoryCall, { take = "get" }: { readonly take?: "get" | "take" } = {}): HistoryCall[] {
  if (call.method === "putAll") return partsOfPut(call);
  if (call.method === "takeUpTo") return partsOfTake(call, take);
  return [call];
}

function partsOfPut(call: HistoryCall): HistoryCall[] {
  const { task, object, begin } = call;
  const [values] = call.args;
  const list = Array.isArray(values) ? values : [];
  const puts = list.map((value, part) => ({ task, object, method: "put", args: [value], begin, part }));
  if (call.end === undefined) return puts;
  const { end, error } = call;
  // If it throws, the number of items that it has put is unknown.
  if (error !== undefined) return [...puts, { task, object, method: "put", args: [list.at(-1)], begin, end, error }];
  const done = puts.slice(0, Number(call.result)).map((put) => ({ ...put, end }));
  const late = puts.slice(done.length, done.length + 1).map((put) => {
    return { ...put, method: "tryPut", end, result: false };
  });
  return [...done, ...late];
}

function partsOfTake(call: HistoryCall, take: "get" | "take"): HistoryCall[] {
  const { task, object, begin, end, error, result } = call;
  const one = { task, object, method: take, args: [], begin };
  if (end === undefined) return Array.from({ length: Number(call.args[0]) }, (_, part) => ({ ...one, part }));
  if (error !== undefined) return [{ ...one, end, error }];
  const values = Array.isArray(result) ? result : [];
  if (values.length === 0) return [{ ...one, method: take === "get" ? "tryGet" : "tryTake", end, result: undefined }];
  return values.map((value, part) => ({ ...one, end, result: value, part }));
}
