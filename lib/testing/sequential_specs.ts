/**
 * Ready specifications of registers, locks and semaphores, for `checkLinearizable`.
 *
 * - Method names are those of the primitives. A call of any other method throws a RangeError.
 * - A refusal is `false` from acquire and tryAcquire; other results of acquire, release and store are not looked at.
 * - A call that throws changes nothing.
 *
 * @example
 * ```ts
 * import { checkLinearizable } from "./linearizability.ts";
 * import { sequentialLock } from "./sequential_specs.ts";
 *
 * const verdict = checkLinearizable([
 *   { task: 0, object: "guard", method: "acquire", args: [], begin: 1, end: 2, result: true },
 *   { task: 1, object: "guard", method: "acquire", args: [], begin: 3, end: 5, result: true },
 *   { task: 0, object: "guard", method: "release", args: [], begin: 6, end: 7 },
 * ], { guard: sequentialLock() });
 * if (verdict.linearizable) throw new Error("two holders at once");
 * ```
 *
 * @module
 */

import { type HistoryCall, returned, returnedValue, threw } from "./history.ts";
import { refused, specify, succeeded } from "./methods.ts";
import type { SequentialSpecification } from "./sequential_specification.ts";
import { valueText } from "./value_text.ts";

/** What a register holds, as the cells of a memory. */
export type RegisterCell = "i32" | "i64" | "f64";

/**
 * A register: load, store(value), add(value), exchange(value) and compareExchange(expected, replacement); all but store
 * return the value before. Integers wrap; values are compared as `Object.is` does, other kinds of values alike.
 */
export function sequentialRegister(
  { cell = "f64", initial = cell === "i64" ? 0n : 0 }: { cell?: RegisterCell; initial?: unknown } = {},
): SequentialSpecification<unknown> {
  const wrapped = (value: unknown) => {
    if (cell === "i32" && typeof value === "number") return value | 0;
    return cell === "i64" && typeof value === "bigint" ? BigInt.asIntN(64, value) : value;
  };
  const sum = (state: unknown, value: unknown) => {
    if (typeof state === "bigint" && typeof value === "bigint") return wrapped(state + value);
    return wrapped(Number(state) + Number(value));
  };
  const after = (call: HistoryCall, before: unknown, next: unknown) => returnedValue(call, before) ? [next] : [];
  return specify<unknown>({
    load: (state, call) => after(call, state, state),
    store: (_, call) => returned(call) ? [wrapped(call.args[0])] : [],
    add: (state, call) => after(call, state, sum(state, call.args[0])),
    exchange: (state, call) => after(call, state, wrapped(call.args[0])),
    compareExchange: (state, call) => {
      const equal = valueText(state) === valueText(wrapped(call.args[0]));
      return after(call, state, equal ? wrapped(call.args[1]) : state);
    },
  }, { initial: wrapped(initial) });
}

/** How a lock or a semaphore may refuse. */
export interface RefusalOptions {
  /**
   * Whether acquire and tryAcquire may return false where they need not wait, as where a waiter stands before them
   * (default: false).
   */
  readonly mayRefuse?: boolean;
}

/**
 * A lock: acquire, tryAcquire, release and locked. Any task may release it, or its owner alone (`owned: true`); a
 * release that is not allowed throws.
 */
export function sequentialLock(
  { owned = false, mayRefuse = false }: RefusalOptions & { owned?: boolean } = {},
): SequentialSpecification<string> {
  const free = "";
  const acquire = (owner: string, call: HistoryCall) => {
    if (refused(call)) return owner !== free || mayRefuse ? [owner] : [];
    return owner === free && succeeded(call) ? [valueText(call.task)] : [];
  };
  return specify<string>({
    acquire,
    tryAcquire: acquire,
    release: (owner, call) => {
      const allowed = owned ? owner === valueText(call.task) : owner !== free;
      if (!allowed) return threw(call) ? [owner] : [];
      return returned(call) ? [free] : [];
    },
    locked: (owner, call) => returnedValue(call, owner !== free) ? [owner] : [],
  }, { initial: free, key: owned ? (owner) => owner : (owner) => owner === free ? "free" : "held" });
}

/**
 * A semaphore with a number of permits: acquire(n), tryAcquire(n) and release(n), where n is 1 if it is no number.
 * `bounded: true`: a release above the first number of permits throws.
 */
export function sequentialSemaphore(
  permits: number,
  { bounded = false, mayRefuse = false }: RefusalOptions & { bounded?: boolean } = {},
): SequentialSpecification<number> {
  const weight = (call: HistoryCall) => typeof call.args[0] === "number" ? call.args[0] : 1;
  const acquire = (left: number, call: HistoryCall) => {
    const enough = left >= weight(call);
    if (refused(call)) return !enough || mayRefuse ? [left] : [];
    return enough && succeeded(call) ? [left - weight(call)] : [];
  };
  return specify<number>({
    acquire,
    tryAcquire: acquire,
    release: (left, call) => {
      const more = left + weight(call);
      if (bounded && more > permits) return threw(call) ? [left] : [];
      return returned(call) ? [more] : [];
    },
  }, { initial: permits, key: String });
}
