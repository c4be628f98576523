/**
 * What ports showed in the course of a run: `Simulator.log` makes one.
 *
 * - Without a period it has a row for each change of any of its ports, at the time of that change: after the release of
 *   an instant, and after its updates. A signal holds its value from there to the next row. The first row is what
 *   initialization left.
 * - With a period it has a row at each `offset + k * period`; where events are due there, as recorded rows are: after
 *   release and before updates are visible.
 * - It changes nothing: neither the rows and counters of the run nor when anything happens.
 * - What is read from it is a copy; what comes later does not change that.
 * - A vector port takes a column for each component; an abstract port has none, `series` gives its values.
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

/** When a log looks; at each change by default. */
export interface LogOptions {
  /** Seconds between two rows, above 0. */
  readonly period?: number;
  /** Seconds before the first, 0 by default. */
  readonly offset?: number;
}

/** What a port showed from a time on. */
export interface LoggedValue {
  /** In seconds. */
  readonly t: number;
  /** A number, a vector or an abstract value. */
  readonly value: unknown;
}

/** A vector port and where its components begin in a row. */
interface Wide {
  readonly signal: number;
  readonly column: number;
}

/** An abstract port and its values, row by row. */
interface Things {
  readonly signal: number;
  readonly values: unknown[];
}

/** How many numbers there is room for at first. */
const ROOM = 64;

/** What ports showed in the course of a run. */
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
  /** The rows one behind the other: t, then the columns. */
  #rows: Float64Array = new Float64Array(ROOM);
  #length = 0;
  /** Which of its times comes next. */
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

  /** Up to when it is known, in seconds: the present time of the run. */
  get end(): number {
    return this.#values.t;
  }

  /** Seconds between two rows; `undefined` where it has one for each change. */
  get period(): number | undefined {
    return this.#timing?.period;
  }

  /** Row `index`: t, then the columns. */
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
   * @throws {DiagramError} where it is none of them.
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

  /** Forgets a run, and begins one at that time. */
  begin(time: Rational): void {
    this.truncate(0);
    if (this.#exact !== undefined) this.#next = firstIndex(this.#exact, time);
  }

  /** Continues a run at a time: what it knew from there on did not happen, and of what it never saw it knows nothing. */
  restore(
    time: Rational,
    { t, pending, before }: { readonly t: number; readonly pending: boolean; readonly before: number },
  ): void {
    // While the updates of an instant are pending it has no rows, but for those of an initialization there.
    const isKept = (at: number) => at < t || (at === t && !pending);
    let rows = before < t ? 0 : this.length;
    while (rows > 0 && !isKept(this.#rows[(rows - 1) * this.#width] as number)) rows--;
    this.truncate(rows);
    if (this.#exact === undefined) { if (!pending || rows === 0) this.look(); }
    else {
      const first = firstIndex(this.#exact, time);
      // One at this very time was taken, unless it waits for the updates that are pending.
      this.#next = !pending && compare(eventTime(this.#exact, first), time) === 0 ? first + 1n : first;
    }
  }

  /** The next of its times, where that comes before another, or with it. */
  due(until: Rational, { isIncluded }: { readonly isIncluded: boolean }): { time: Rational; t: number } | undefined {
    if (this.#exact === undefined || this.#timing === undefined) return undefined;
    const time = eventTime(this.#exact, this.#next);
    const order = compare(time, until);
    if (order > 0 || (order === 0 && !isIncluded)) return undefined;
    return { time, t: this.#timing.offset + Number(this.#next) * this.#timing.period };
  }

  /** Adds the row of one of its times. */
  sample(): void {
    this.#write();
    this.#keep();
    this.#next++;
  }

  /** Adds the row of the present, where something has changed. */
  look(): void {
    if (this.#write()) this.#keep();
  }

  get #width(): number {
    return this.columns.length + 1;
  }

  /** Writes the present behind the last row; whether that differs. */
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
