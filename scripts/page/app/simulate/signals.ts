/**
 * The rows of a run as they come: a column for t, and one for each signal.
 *
 * - A signal holds its value until its next row, so its value at any time is that of the last row before.
 */

/** What rows have come so far; it grows in place, and `version` says that it did. */
export interface Signals {
  readonly columns: readonly string[];
  /** Times in seconds. */
  readonly times: number[];
  /** The values of each column, as long as the times. */
  readonly values: readonly number[][];
}

/** No rows yet. */
export function noSignals(columns: readonly string[]): Signals {
  return { columns, times: [], values: columns.map(() => []) };
}

/** Adds a row: t, then a value for each column. */
export function addRow({ times, values }: Signals, [t, ...row]: readonly number[]): void {
  times.push(t ?? NaN);
  for (const [column, value] of row.entries()) values[column]?.push(value);
}

/** How many values have come. */
export function valuesIn(signals: Signals | undefined): number {
  return signals === undefined ? 0 : signals.times.length * (signals.columns.length + 1);
}

/** The last row at or before a time; -1 where none is. */
export function rowAt({ times }: Signals, t: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The least and the greatest value of a column so far; none where it has no number. */
export function boundsOf(values: readonly number[]): { readonly least: number; readonly most: number } | undefined {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least > most ? undefined : { least, most };
}
