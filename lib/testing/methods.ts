/**
 * Makes sequential specifications from methods, and interprets the outcomes of calls.
 */

import { type HistoryCall, returned } from "./history.ts";
import type { SequentialSpecification } from "./sequential_specification.ts";

export type Methods<State> = Readonly<Record<string, (state: State, call: HistoryCall) => readonly State[]>>;

/** Makes a specification whose steps depend on the method's name. */
export function specify<State>(
  methods: Methods<State>,
  rest: Omit<SequentialSpecification<State>, "step">,
): SequentialSpecification<State> {
  const step = (state: State, call: HistoryCall) => {
    const method = Object.hasOwn(methods, call.method) ? methods[call.method] : undefined;
    if (method !== undefined) return method(state, call);
    throw new RangeError(
      `Cannot check ${call.object}.${call.method}(): its specification has ${Object.keys(methods).join(", ")}, ` +
        `one of them is wanted`,
    );
  };
  return { step, ...rest };
}

/** Whether a call succeeded: it returned, and did not refuse. */
export function succeeded(call: HistoryCall): boolean {
  return returned(call) && call.result !== false;
}

/** Whether a call ended with a refusal. */
export function refused(call: HistoryCall): boolean {
  return call.end !== undefined && call.error === undefined && call.result === false;
}
