/**
 * What an object does when its calls come one after another: a first state, and the states that a call may lead to.
 *
 * - A call fits a state where `step` gives at least one next state; several next states are a free choice.
 * - States are values: `step` changes nothing. Two states with one key are one state.
 * - A pending call fits every result that it could have: `returned` and `returnedValue` say so.
 */

import type { HistoryCall } from "./history.ts";

/** A sequential specification, as data and functions. */
export interface SequentialSpecification<State = unknown> {
  /** The state before the first call. */
  readonly initial: State;
  /** The states in which a call with this outcome may leave the object; none where the outcome does not fit. */
  step(state: State, call: HistoryCall): readonly State[];
  /** A text that tells states apart (default: a canonical text of the state as a value). */
  key?(state: State): string;
  /** What follows from all calls on one object; it may only shorten the search, never change its verdict. */
  refine?(calls: readonly HistoryCall[]): Refinement<State>;
}

/** What a specification concludes from the whole of an object's calls. */
export interface Refinement<State = unknown> {
  /** Pairs of positions in `calls`: in every legal order that has the second call, the first stands before it. */
  readonly before?: Iterable<readonly [first: number, second: number]>;
  /** Whether there is no legal order at all (default: false). */
  readonly impossible?: boolean;
  /** A coarser key: states with one key allow the same orders of what is left of these calls. */
  key?(state: State): string;
}
