/**
 * A log of what ports show during a run: `Simulator.log` makes one.
 *
 * - Without a period it has a row for each change of any of its ports, at the time of the change: after the release of
 *   an instant, and after its updates. A signal keeps its value until the next row. The first row is what
 *   initialization left.
 * - With a period it has a row at each `offset + k * period`. If events are due then, the row shows the same values as
 *   a row of the trace: after release and before updates are visible.
 * - It has no effect on the run: neither on its rows and counters nor on when anything happens.
 * - Values read from it are copies; later rows do not change them.
 * - A vector port has a column for each component; an abstract port has none, but `series` returns its values.
 *
 * @example
 * ```ts
 * import { defineSystem, scalar } from "../diagram/mod.ts";
 * import { Simulator } from "./simulator.ts";
 *
 * const counter = defineSystem({
 *   name: "counter",
 *   state: { n: scalar(0) },
 *   outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
 *   update: { period: 1, run: ({ state, next }) => void (next.n = state.n + 1) },
 * });
 * await using simulator = new Simulator(counter);
 * const [changes, sampled] = [simulator.log(["n"]), simulator.log(["n"], { period: 0.5 })];
 * await simulator.initialize();
 * await simulator.advanceTo(2);
 * const text = JSON.stringify([changes.rows(), sampled.rows()]);
 * if (text !== "[[[0,0],[0,1],[1,2]],[[0,0],[0.5,1],[1,1],[1.5,2]]]") throw new Error(text);
 * ```
 */

import {
  checkedTiming,
  compare,
  isSame,
  type Rational,
  shownOutside,
  type Timing,
  type Values,
  width,
} from "../diagram/mod.ts";
import { DiagramError } from "../errors.ts";
import { eventTime, type ExactTiming, exactTiming, firstIndex } from "./instants.ts";
import { columnsOf, type PortSignal } from "./signals.ts";

/** When a log adds a row; by default at each change. */
export interface LogOptions {
  /** Seconds between two rows, above 0; by default there is a row for each change. */
  readonly period?: number;
  /** The time of the first row in seconds, 0 by default; needs a period. */
  readonly offset?: number;
}

/** What a port showed from a time on. */
export interface LoggedValue {
  /** In seconds. */
  readonly t: number;
  /** A number, an array of numbers for a vector, or an abstract value. */
  readonly value: unknown;
}

/** A vector port, and the column of its first component. */
interface Wide {
  readonly signal: number;
  readonly column: number;
}

/** An abstract port and its values, row by row. */
interface Things {
  readonly signal: number;
  readonly values: unknown[];
}

/** The initial capacity, in numbers. */
const ROOM = 64;

/** A log of what ports show during a run. */
export class SignalLog {
  /** The names of the columns after t: ports, and components of vectors such as `plant.y[0]`. */
  readonly columns: readonly string[];

  readonly #values: Values;
  readonly #timing: Timing | undefined;
  readonly #exact: ExactTiming | undefined;
  readonly #ports: readonly PortSignal[];
  /** The scalars, and their columns. */
  readonly #signals: Int32Array;
  readonly #scalars: Int32Array;
  readonly #vectors: readonly Wide[];
  readonly #things: readonly Things[];
  /** The rows one after another: t, then the columns. */
  #rows: Float64Array = new Float64Array(ROOM);
  #length = 0;
  /** The index of its next time. */
  #next = 0n;

  /** Use `Simulator.log`. */
  constructor(
    ports: readonly PortSignal[],
    { values, period, offset = 0 }: LogOptions & { readonly values: Values },
  ) {
    if (period === undefined && offset !== 0) {
      throw new TypeError(`Cannot log from ${offset} s on: there is no period, one is wanted with an offset`);
    }
    this.#values = values;
    this.#timing = period === undefined ? undefined : checkedTiming("a log", period, offset);
    this.#exact = this.#timing === undefined ? undefined : exactTiming(this.#timing);
    this.#ports = ports;
    let column = 1;
    const placed = ports.map(({ signal, type }) => {
      const at = { signal, column, kind: type.kind };
      column += width(type);
      return at;
    });
    this.columns = columnsOf(ports);
    const scalars = placed.filter(({ kind }) => kind === "scalar");
    this.#signals = Int32Array.from(scalars, ({ signal }) => signal);
    this.#scalars = Int32Array.from(scalars, ({ column }) => column);
    this.#vectors = placed.filter(({ kind }) => kind === "vector");
    this.#things = placed.filter(({ kind }) => kind === "abstract").map(({ signal }) => ({ signal, values: [] }));
  }

  /** How many rows. */
  get length(): number {
    return this.#length / this.#width;
  }

  /** The time up to which the log is known, in seconds: the current time of the run. */
  get end(): number {
    return this.#values.t;
  }

  /** Seconds between two rows; `undefined` if there is one for each change. */
  get period(): number | undefined {
    return this.#timing?.period;
  }

  /** Row `index`, from 0: t, then the columns. */
  row(index: number): number[] {
    const width = this.#width;
    return [...this.#rows.subarray(0, this.#length).subarray(index * width, (index + 1) * width)];
  }

  /** All rows. */
  rows(): number[][] {
    return Array.from({ length: this.length }, (_, index) => this.row(index));
  }

  /**
   * What one of its ports showed, row by row.
   *
   * @throws {DiagramError} if the port is not logged.
   */
  series(port: string): LoggedValue[] {
    const found = this.#ports.findIndex(({ name }) => name === port);
    const { type } = this.#ports[found] ?? {};
    if (type === undefined) {
      const names = this.#ports.map(({ name }) => name).join(", ");
      throw new DiagramError(`Cannot read ${port} from a log: it is not logged, one of (${names}) is wanted`);
    }
    const before = this.#ports.slice(0, found);
    const column = 1 + before.reduce((sum, { type }) => sum + width(type), 0);
    const things = this.#things[before.filter(({ type }) => type.kind === "abstract").length];
    return Array.from({ length: this.length }, (_, row) => {
      const at = row * this.#width;
      const numbers = () => [...this.#rows.subarray(at + column, at + column + width(type))];
      const value = type.kind === "abstract"
        ? shownOutside(things?.values[row])
        : type.kind === "vector"
        ? numbers()
        : this.#rows[at + column];
      return { t: this.#rows[at] as number, value };
    });
  }

  /** Drops every row from `length` on. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length * this.#width);
    for (const { values } of this.#things) values.length = this.length;
  }

  /** Forgets the last run, and begins one at that time. */
  begin(time: Rational): void {
    this.truncate(0);
    if (this.#exact !== undefined) this.#next = firstIndex(this.#exact, time);
  }

  /**
   * Continues a run from a restored snapshot: rows after that time are dropped, and what was never logged stays
   * missing.
   */
  restore(
    time: Rational,
    { t, pending, before }: { readonly t: number; readonly pending: boolean; readonly before: number },
  ): void {
    // While the updates of an instant are pending there are no rows for it, except after an initialization there.
    const isKept = (at: number) => at < t || (at === t && !pending);
    let rows = before < t ? 0 : this.length;
    while (rows > 0 && !isKept(this.#rows[(rows - 1) * this.#width] as number)) rows--;
    this.truncate(rows);
    if (this.#exact === undefined) { if (!pending || rows === 0) this.look(); }
    else {
      const first = firstIndex(this.#exact, time);
      // The sample at this very time was taken, unless its updates are still pending.
      this.#next = !pending && compare(eventTime(this.#exact, first), time) === 0 ? first + 1n : first;
    }
  }

  /** Its next time, if that lies before `until` (or at it, if included). */
  due(until: Rational, { isIncluded }: { readonly isIncluded: boolean }): { time: Rational; t: number } | undefined {
    if (this.#exact === undefined || this.#timing === undefined) return undefined;
    const time = eventTime(this.#exact, this.#next);
    const order = compare(time, until);
    if (order > 0 || (order === 0 && !isIncluded)) return undefined;
    return { time, t: this.#timing.offset + Number(this.#next) * this.#timing.period };
  }

  /** Adds the row of its next time. */
  sample(): void {
    this.#write();
    this.#keep();
    this.#next++;
  }

  /** Adds a row for the current instant, if anything has changed. */
  look(): void {
    if (this.#write()) this.#keep();
  }

  get #width(): number {
    return this.columns.length + 1;
  }

  /** Writes the current values behind the last row, and says whether they differ from it. */
  #write(): boolean {
    const [values, width] = [this.#values, this.#width];
    if (this.#length + width > this.#rows.length) {
      const larger = new Float64Array(Math.max(this.#length + width, 2 * this.#rows.length));
      larger.set(this.#rows);
      this.#rows = larger;
    }
    const [rows, at, signals, scalars] = [this.#rows, this.#length, this.#signals, this.#scalars];
    const before = at - width;
    let differs = at === 0;
    rows[at] = values.t;
    for (let index = 0; index < signals.length; index++) {
      const signal = signals[index] as number;
      if ((values.fresh[signal] as number) < values.epoch) values.evaluate(signal);
      const value = values.numbers[signal] as number;
      const column = scalars[index] as number;
      rows[at + column] = value;
      if (!differs && (value !== rows[before + column] || value === 0)) {
        differs = !Object.is(value, rows[before + column]);
      }
    }
    for (const { signal, column } of this.#vectors) {
      const vector = values.read(signal) as readonly number[];
      for (let index = 0; index < vector.length; index++) {
        rows[at + column + index] = vector[index] as number;
        differs ||= !Object.is(vector[index], rows[before + column + index]);
      }
    }
    const row = at / width;
    for (const { signal, values: known } of this.#things) {
      const value = values.read(signal);
      const last = known[row - 1];
      const isKnown = row > 0 && (Object.is(value, last) || isSame(value, last));
      known[row] = isKnown ? last : value;
      differs ||= !isKnown;
    }
    return differs;
  }

  #keep(): void {
    this.#length += this.#width;
  }
}
