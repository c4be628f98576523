/**
 * Sequential specifications of events and latches, for `checkLinearizable`.
 *
 * - Methods have the names of the primitives' methods. A call of any other method throws a RangeError.
 * - `wait` and `tryWait` return whether the event was set, or the latch open. A wait that returns true takes effect at
 *   an instant of its own, which may lie between a set and a clear.
 *
 * @example
 * ```ts
 * import { checkLinearizable } from "./linearizability.ts";
 * import { sequentialEvent } from "./sequential_signals.ts";
 *
 * const wait = { task: 0, object: "ready", method: "wait", args: [], begin: 1, end: 6, result: true };
 * const set = { task: 1, object: "ready", method: "set", args: [], begin: 2, end: 3 };
 * const clear = { task: 1, object: "ready", method: "clear", args: [], begin: 4, end: 5 };
 * const ready = sequentialEvent();
 * if (!checkLinearizable([wait, set, clear], { ready }).linearizable) throw new Error("it was set");
 * if (checkLinearizable([wait, clear], { ready }).linearizable) throw new Error("nobody has set it");
 * ```
 */

import { type HistoryCall, returned, returnedValue } from "./history.ts";
import { specify } from "./methods.ts";
import type { SequentialSpecification } from "./sequential_specification.ts";

/** The specification of an event, initially not set: set, clear, isSet, wait and tryWait. */
export function sequentialEvent(): SequentialSpecification<boolean> {
  const look = (isSet: boolean, call: HistoryCall) => returnedValue(call, isSet) ? [isSet] : [];
  return specify<boolean>({
    set: (_, call) => returned(call) ? [true] : [],
    clear: (_, call) => returned(call) ? [false] : [],
    isSet: look,
    wait: look,
    tryWait: look,
  }, { initial: false, key: String });
}

/**
 * The specification of a latch that opens after that many count-downs: countDown(n), where n is 1 if it is not a
 * number, wait and tryWait.
 */
export function sequentialLatch(count: number): SequentialSpecification<number> {
  const look = (missing: number, call: HistoryCall) => returnedValue(call, missing === 0) ? [missing] : [];
  const weight = ([first]: readonly unknown[]) => typeof first === "number" ? first : 1;
  return specify<number>({
    countDown: (missing, call) => returned(call) ? [Math.max(0, missing - weight(call.args))] : [],
    wait: look,
    tryWait: look,
  }, { initial: count, key: String });
}
