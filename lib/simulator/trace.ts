/**
 * The rows of a run, its certificate, and the first difference between two runs.
 *
 * - There is one row for each instant at which an update is due by its own time (periodic, named by `nextTime`, or
 *   after a wait, but not by a trigger alone or in a further microstep): t, then every recorded port in declared order,
 *   after release and before updates are visible.
 * - The certificate is SHA-256 over the rows as little-endian float64, with every NaN written as the same NaN.
 *
 * @example
 * ```ts
 * import { firstDifference, Trace } from "./trace.ts";
 *
 * const one = new Trace(["y"]);
 * const other = new Trace(["y"]);
 * one.add(0, [1]);
 * other.add(0, [2]);
 * const difference = firstDifference(one, other);
 * if (difference?.row !== 0 || difference.port !== "y") throw new Error("they part at once");
 * if ((await one.certificate()) === (await other.certificate())) throw new Error("and so do their certificates");
 * ```
 */

/** The first difference between two traces. */
export interface Difference {
  /** The row, from 0. */
  readonly row: number;
  /** The port of the column, or `t`, or `rows` if one trace is shorter. */
  readonly port: string;
  /** The value in the first trace; `undefined` if it has no such row. */
  readonly one: number | undefined;
  /** The value in the second trace; `undefined` if it has no such row. */
  readonly other: number | undefined;
}

/** The rows of one run. */
export class Trace {
  /** The names of the columns after t. */
  readonly columns: readonly string[];
  #rows = new Float64Array(64);
  #length = 0;

  /** Makes an empty trace with these columns after t. */
  constructor(columns: readonly string[]) {
    this.columns = columns;
  }

  /** How many rows. */
  get length(): number {
    return this.#length / (this.columns.length + 1);
  }

  /** Adds a row. */
  add(t: number, values: ArrayLike<number>): void {
    const end = this.#length + 1 + values.length;
    if (end > this.#rows.length) {
      const larger = new Float64Array(Math.max(end, 2 * this.#rows.length));
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows[this.#length] = t;
    this.#rows.set(values, this.#length + 1);
    this.#length = end;
  }

  /** Row `index`, from 0: t, then the columns. */
  row(index: number): number[] {
    const width = this.columns.length + 1;
    return [...this.#rows.subarray(0, this.#length).subarray(index * width, (index + 1) * width)];
  }

  /** All rows. */
  rows(): number[][] {
    return Array.from({ length: this.length }, (_, index) => this.row(index));
  }

  /** Drops every row from `length` on. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length * (this.columns.length + 1));
  }

  /** SHA-256 of the rows, in hexadecimal. */
  async certificate(): Promise<string> {
    const bytes = new DataView(new ArrayBuffer(8 * this.#length));
    for (let index = 0; index < this.#length; index++) {
      // setFloat64 leaves the bits of a NaN to the engine, so a NaN is written as bits.
      const value = this.#rows[index] ?? NaN;
      if (Number.isNaN(value)) bytes.setBigUint64(8 * index, 0x7ff8000000000000n, true);
      else bytes.setFloat64(8 * index, value, true);
    }
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** The first row and port in which two traces differ bit for bit (all NaNs count as equal), or `undefined`. */
export function firstDifference(one: Trace, other: Trace): Difference | undefined {
  const names = ["t", ...one.columns];
  for (let row = 0; row < Math.min(one.length, other.length); row++) {
    const left = one.row(row);
    const right = other.row(row);
    const column = names.findIndex((_, index) => !Object.is(left[index], right[index]));
    if (column >= 0) return { row, port: names[column] ?? "t", one: left[column], other: right[column] };
  }
  if (one.length === other.length) return undefined;
  const row = Math.min(one.length, other.length);
  return { row, port: "rows", one: one.row(row)[0], other: other.row(row)[0] };
}
