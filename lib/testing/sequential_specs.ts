/**
 * Sequential specifications of registers and semaphores, for `checkLinearizable`.
 *
 * - Methods have the names of the primitives' methods. A call of any other method throws a RangeError.
 * - `false` from acquire and tryAcquire is a refusal; other results of acquire, release and store are ignored.
 * - A call that throws changes nothing. The death of a task is a pending call `died` of that task.
 *
 * @example
 * ```ts
 * import { checkLinearizable } from "./linearizability.ts";
 * import { sequentialSemaphore } from "./sequential_specs.ts";
 *
 * const verdict = checkLinearizable([
 *   { task: 0, object: "tellers", method: "acquire", args: [2], begin: 1, end: 2, result: true },
 *   { task: 1, object: "tellers", method: "acquire", args: [1], begin: 3, end: 5, result: true },
 *   { task: 0, object: "tellers", method: "release", args: [2], begin: 6, end: 7 },
 * ], { tellers: sequentialSemaphore(2) });
 * if (verdict.linearizable) throw new Error("three permits at once");
 * ```
 */

import { type HistoryCall, returned, returnedValue, threw } from "./history.ts";
import { refused, specify, succeeded } from "./methods.ts";
import type { SequentialSpecification } from "./sequential_specification.ts";
import { valueText } from "./value_text.ts";

/** The type of a register's value, as for the cells of a memory. */
export type RegisterCell = "i32" | "i64" | "f64";

/**
 * The specification of a register: load, store(value), add(value), exchange(value) and compareExchange(expected,
 * replacement); all but store return the previous value. The register is an f64 that is initially 0 by default.
 * Integers wrap around; values of any kind are compared as `Object.is` compares numbers.
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

/** When a lock or a semaphore may refuse. */
export interface RefusalOptions {
  /**
   * Whether acquire and tryAcquire may return false although they need not wait, as when another waiter is ahead of
   * them (default: false).
   */
  readonly mayRefuse?: boolean;
}

/** The state of a semaphore. */
export interface SemaphoreState {
  /** The free permits. */
  readonly left: number;
  /** The permits that guards hold, by task. */
  readonly held: Readonly<Record<string, number>>;
}

/**
 * The specification of a semaphore that starts with `permits`: acquire(n), tryAcquire(n) and release(n), where n is 1
 * if it is not a number; acquireHeld(n) and releaseHeld(n) for guards; and died, which returns the permits that the
 * task's guards hold. With `bounded: true`, a release beyond `permits` throws.
 */
export function sequentialSemaphore(
  permits: number,
  { bounded = false, mayRefuse = false }: RefusalOptions & { bounded?: boolean } = {},
): SequentialSpecification<SemaphoreState> {
  const weight = (call: HistoryCall) => typeof call.args[0] === "number" ? call.args[0] : 1;
  const changed = ({ left, held }: SemaphoreState, call: HistoryCall, [free, mine]: readonly [number, number]) => {
    const task = valueText(call.task);
    return { left: left + free, held: mine === 0 ? held : { ...held, [task]: (held[task] ?? 0) + mine } };
  };
  const acquire = (state: SemaphoreState, call: HistoryCall) => {
    const enough = state.left >= weight(call);
    if (refused(call)) return !enough || mayRefuse ? [state] : [];
    if (!enough || !succeeded(call)) return [];
    return [changed(state, call, [-weight(call), call.method === "acquireHeld" ? weight(call) : 0])];
  };
  const release = (state: SemaphoreState, call: HistoryCall) => {
    const ofGuard = call.method === "releaseHeld";
    const isTooMuch = (bounded && state.left + weight(call) > permits) ||
      (ofGuard && (state.held[valueText(call.task)] ?? 0) < weight(call));
    if (isTooMuch) return threw(call) ? [state] : [];
    return returned(call) ? [changed(state, call, [weight(call), ofGuard ? -weight(call) : 0])] : [];
  };
  const died = (state: SemaphoreState, call: HistoryCall) => {
    const held = state.held[valueText(call.task)] ?? 0;
    return [changed(state, call, [held, -held])];
  };
  return specify<SemaphoreState>(
    { acquire, tryAcquire: acquire, acquireHeld: acquire, release, releaseHeld: release, died },
    { initial: { left: permits, held: {} } },
  );
}
