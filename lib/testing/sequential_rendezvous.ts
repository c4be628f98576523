/**
 * The sequential specification of a channel without capacity, for `checkLinearizable`: a put and the take of its value
 * happen at the same instant.
 *
 * - In an order of calls, a take directly follows its put, and the two overlap in real time.
 * - Methods have the names of the channel's methods: put(value), tryPut(value), take, tryTake, isClosed and close. A
 *   put or take that meets nobody may be refused at any time: `false`, `undefined` or WaitTimeoutError.
 *
 * @example
 * ```ts
 * import { checkLinearizable } from "./linearizability.ts";
 * import { sequentialRendezvous } from "./sequential_rendezvous.ts";
 *
 * const put = { task: 0, object: "words", method: "put", args: ["a"], begin: 1, end: 3 };
 * const take = { task: 1, object: "words", method: "take", args: [], begin: 2, end: 5, result: "a" };
 * const words = sequentialRendezvous();
 * if (!checkLinearizable([put, take], { words }).linearizable) throw new Error("they meet");
 * if (checkLinearizable([put, { ...take, begin: 4 }], { words }).linearizable) throw new Error("they do not meet");
 * ```
 */

import { type HistoryCall, returned, returnedValue, threw } from "./history.ts";
import { refused, specify, succeeded } from "./methods.ts";
import type { SequentialSpecification } from "./sequential_specification.ts";
import { valueText } from "./value_text.ts";

/** The state of a rendezvous. */
export interface RendezvousState {
  /** The put whose take must come next, if any. */
  readonly offer: HistoryCall | undefined;
  /** Whether the channel is closed. */
  readonly closed: boolean;
}

/** The specification of a channel without capacity. */
export function sequentialRendezvous(): SequentialSpecification<RendezvousState> {
  const put = (state: RendezvousState, call: HistoryCall) => {
    if (state.offer !== undefined) return [];
    if (state.closed) return threw(call, "ChannelClosedError") ? [state] : [];
    if (refused(call) || threw(call, "WaitTimeoutError")) return [state];
    return succeeded(call) ? [{ ...state, offer: call }] : [];
  };
  const take = (state: RendezvousState, call: HistoryCall) => {
    const { offer, closed } = state;
    if (offer !== undefined) {
      const meet = call.begin < endOf(offer) && offer.begin < endOf(call);
      return meet && returnedValue(call, offer.args[0]) ? [{ offer: undefined, closed }] : [];
    }
    if (closed) return threw(call, "ChannelClosedError") ? [state] : [];
    const isNone = call.method === "tryTake" && call.end !== undefined && returnedValue(call, undefined);
    return isNone || threw(call, "WaitTimeoutError") ? [state] : [];
  };
  return specify<RendezvousState>({
    put,
    tryPut: put,
    take,
    tryTake: take,
    isClosed: (state, call) => state.offer === undefined && returnedValue(call, state.closed) ? [state] : [],
    close: ({ offer }, call) => offer === undefined && returned(call) ? [{ offer, closed: true }] : [],
  }, {
    initial: { offer: undefined, closed: false },
    key: ({ offer, closed }) => `${closed}:${offer === undefined ? "" : `${offer.begin} ${valueText(offer.args)}`}`,
    refine: (calls) => ({ impossible: hasLonePut(calls) }),
  });
}

/** Whether a value was put that nobody can have taken; otherwise the end of an order would hide this. */
function hasLonePut(calls: readonly HistoryCall[]): boolean {
  const takes = calls.filter(({ method }) => method === "take" || method === "tryTake");
  return calls.some((call) =>
    (call.method === "put" || call.method === "tryPut") && call.end !== undefined && succeeded(call) &&
    !takes.some((take) => returnedValue(take, call.args[0]))
  );
}

function endOf(call: HistoryCall): number {
  return call.end ?? Infinity;
}
