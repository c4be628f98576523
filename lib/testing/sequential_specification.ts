/**
 * How an object behaves when its calls come one after another: an initial state, and the states that a call may lead
 * to.
 *
 * - A call fits a state if `step` returns at least one next state; several next states mean a free choice.
 * - States are values: `step` must not change them. Two states with the same key are the same state.
 * - A pending call fits every result that it could have: use `returned` and `returnedValue` for this.
 */

import type { HistoryCall } from "./history.ts";

/** The sequential specification of an object. */
export interface SequentialSpecification<State = unknown> {
  /** The state before the first call. */
  readonly initial: State;
  /** The states in which a call with this outcome may leave the object; none if the outcome does not fit. */
  step(state: State, call: HistoryCall): readonly State[];
  /** A text that is equal for equal states only (default: a canonical text of the state's value). */
  key?(state: State): string;
  /** Conclusions from all calls on an object; they may shorten the search but not change its verdict. */
  refine?(calls: readonly HistoryCall[]): Refinement<State>;
}

/** Conclusions that a specification draws from all calls on an object. */
export interface Refinement<State = unknown> {
  /** Pairs of positions in `calls`: in every legal order that contains the second call, the first comes before it. */
  readonly before?: Iterable<readonly [first: number, second: number]>;
  /** Whether there is no legal order at all (default: false). */
  readonly impossible?: boolean;
  /** A coarser key: states with the same key allow the same orders of the remaining calls. */
  key?(state: State): string;
}
