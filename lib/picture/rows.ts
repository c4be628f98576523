/**
 * Rows of numbers over time: what CSV and plots are made of. A `Trace` and a `SignalLog` are such.
 */

/** Rows of numbers over time. */
export interface Rows {
  /** The names of the columns after t. */
  readonly columns: readonly string[];
  /** How many rows. */
  readonly length: number;
  /** Up to when the last row is right, in seconds; its own t without it. */
  readonly end?: number;
  /** Row `index`: t in seconds, then the columns. */
  row(index: number): readonly number[];
}
