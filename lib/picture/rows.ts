/**
 * Rows of numbers over time, from which CSV and plots are made. A `Trace` or a `SignalLog` has this shape.
 */

/** Rows of numbers over time, such as a `Trace` or a `SignalLog`. */
export interface Rows {
  /** The names of the columns after t. */
  readonly columns: readonly string[];
  /** The number of rows. */
  readonly length: number;
  /** The time in seconds up to which the last row holds; by default its own t. */
  readonly end?: number;
  /** Row `index`, from 0: t in seconds, then the columns. */
  row(index: number): readonly number[];
}
