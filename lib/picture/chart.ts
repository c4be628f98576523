/**
 * The content of a plot before it is drawn: its lines, the axis of each line, and the ticks of the axes.
 *
 * - A value holds until the next row, so lines are stairs, except for columns listed as `slopes`.
 * - A value that is not finite is a gap. Columns with equal values share one line with several names.
 * - There is a right axis if on one axis some line would be flat, that is, take less than a fifth of it.
 */

import type { Rows } from "./rows.ts";
import { plainLabel } from "./label.ts";
import { type Tick, ticksOf } from "./ticks.ts";

/** What to plot. */
export interface PlotOptions {
  /** The columns to plot; all by default. */
  readonly columns?: readonly string[];
  /** The columns to draw as straight lines between rows; by default every value holds until the next row. */
  readonly slopes?: readonly string[];
}

/** A point of a line: a time in seconds, and a value. */
export type Point = readonly [t: number, value: number];

/** A line of a plot. */
export interface Line {
  /** The names of the columns that it shows. */
  readonly name: string;
  readonly isRight: boolean;
  /** Its pieces between gaps. */
  readonly pieces: readonly (readonly Point[])[];
}

/** A range of values, with ticks from its start to its end. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly Tick[];
}

/** The content of a plot. */
export interface Chart {
  readonly lines: readonly Line[];
  /** The time axis, in seconds. */
  readonly time: Axis;
  readonly left: Axis;
  /** The second axis, if there is one. */
  readonly right: Axis | undefined;
}

/** The values of a column. */
interface Column {
  readonly names: string[];
  readonly isSlope: boolean;
  readonly values: Float64Array;
  readonly range: Range | undefined;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** If a line takes less than this share of its axis, a second axis is tried. */
const LEAST_SHARE = 1 / 5;
/** A constant below this counts as 0. */
const NOTHING = 1e-300;
/** How many names of a line are shown. */
const MOST_NAMES = 4;

/**
 * The chart of rows; `undefined` if there is nothing to show.
 *
 * @throws {TypeError} if a column does not exist.
 */
export function chartOf(
  rows: Rows,
  options: PlotOptions & { readonly ticks: { readonly time: number; readonly value: number } },
): Chart | undefined {
  const times = new Float64Array(rows.length);
  const columns = columnsOf(rows, { ...options, times });
  const [first, last] = [times[0], times.at(-1)];
  if (columns.length === 0 || first === undefined || last === undefined) return undefined;
  const end = Math.max(last, rows.end ?? last);
  const right = rightOnes(columns);
  const axis = (isRight: boolean): Axis => {
    const own = columns.filter((column) => right.has(column) === isRight);
    const { from, to } = wide(union(own));
    const ticks = ticksOf({ from, to }, { most: options.ticks.value, around: true });
    return { from: Math.min(from, ticks[0]?.value ?? from), to: Math.max(to, ticks.at(-1)?.value ?? to), ticks };
  };
  const time = wide({ from: first, to: end });
  return {
    lines: columns.map((column) => ({
      name: nameOf(column),
      isRight: right.has(column),
      pieces: piecesOf(column, { times, end }),
    })),
    time: { ...time, ticks: ticksOf(time, { most: options.ticks.time }) },
    left: axis(false),
    right: right.size > 0 ? axis(true) : undefined,
  };
}

/**
 * Checks the size of a plot.
 *
 * @throws {RangeError} if it is not a whole number within the bounds.
 */
export function checkSize(
  size: { readonly width: number; readonly height: number },
  { least, most, unit }: { readonly least: typeof size; readonly most: number; readonly unit: string },
): void {
  for (const name of ["width", "height"] as const) {
    if (Number.isSafeInteger(size[name]) && size[name] >= least[name] && size[name] <= most) continue;
    throw new RangeError(
      `Cannot plot: the ${name} is ${size[name]}, a whole number of ${unit} from ${least[name]} to ${most} is wanted`,
    );
  }
}

/** The position of a value on an axis: 0 at its start, 1 at its end. */
export function placeOn({ from, to }: Range, value: number): number {
  // Halves, so that even the length of the range of all doubles is finite.
  return (value / 2 - from / 2) / (to / 2 - from / 2);
}

function columnsOf(
  rows: Rows,
  { columns = rows.columns, slopes = [], times }: PlotOptions & { readonly times: Float64Array },
): Column[] {
  const places = columns.map((name) => rows.columns.indexOf(name));
  const stranger = [...columns, ...slopes].find((name) => !rows.columns.includes(name));
  if (stranger !== undefined) {
    throw new TypeError(`Cannot plot ${stranger}: it is not a column, one of (${rows.columns.join(", ")}) is wanted`);
  }
  const values = columns.map(() => new Float64Array(rows.length));
  for (let index = 0; index < rows.length; index++) {
    const row = rows.row(index);
    times[index] = row[0] ?? NaN;
    places.forEach((place, column) => (values[column] as Float64Array)[index] = row[place + 1] ?? NaN);
  }
  const found: Column[] = [];
  columns.forEach((name, index) => {
    const own = values[index] as Float64Array;
    const isSlope = slopes.includes(name);
    const twin = found.find((other) => {
      return other.isSlope === isSlope && own.every((value, row) => Object.is(value, other.values[row]));
    });
    if (twin === undefined) found.push({ names: [name], isSlope, values: own, range: rangeOf(own) });
    else twin.names.push(name);
  });
  return found;
}

function nameOf({ names }: Column): string {
  const shown = names.slice(0, MOST_NAMES).map(plainLabel);
  return names.length > MOST_NAMES ? `${shown.join(", ")} and ${names.length - MOST_NAMES} more` : shown.join(", ");
}

function piecesOf(
  { values, isSlope }: Column,
  { times, end }: { readonly times: Float64Array; readonly end: number },
): Point[][] {
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  for (const [index, value] of values.entries()) {
    const [t, next] = [times[index] as number, times[index + 1] ?? end];
    if (!Number.isFinite(value)) {
      piece = [];
      continue;
    }
    if (piece.length === 0) pieces.push(piece);
    piece.push([t, value]);
    if ((!isSlope || index === values.length - 1) && next > t) piece.push([next, value]);
  }
  return pieces;
}

/** The range of the finite values, if there are any. */
function rangeOf(values: Float64Array): Range | undefined {
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  return from <= to ? { from, to } : undefined;
}

function union(columns: readonly Column[]): Range {
  const ranges = columns.flatMap(({ range }) => range === undefined ? [] : [range]);
  if (ranges.length === 0) return { from: 0, to: 1 };
  return {
    from: ranges.reduce((least, { from }) => Math.min(least, from), Infinity),
    to: ranges.reduce((most, { to }) => Math.max(most, to), -Infinity),
  };
}

/** The range itself, or, if it is a single value, a range around it. */
function wide({ from, to }: Range): Range {
  if (to / 2 > from / 2) return { from, to };
  const half = Math.abs(from) / 2;
  if (half < NOTHING) return { from: -1, to: 1 };
  return { from: Math.max(from - half, -Number.MAX_VALUE), to: Math.min(from + half, Number.MAX_VALUE) };
}

/** The columns for the right axis; the first column is never among them. */
function rightOnes(columns: readonly Column[]): ReadonlySet<Column> {
  const drawn = columns.filter(({ range }) => range !== undefined);
  let best = { share: leastShare([drawn]), right: [] as readonly Column[] };
  if (best.share >= LEAST_SHARE) return new Set();
  for (const measure of [lengthOf, middleOf]) {
    const ordered = drawn.toSorted((one, other) => measure(one) - measure(other));
    for (let at = 1; at < ordered.length; at++) {
      const sides = [ordered.slice(0, at), ordered.slice(at)];
      const share = leastShare(sides);
      if (share <= best.share) continue;
      best = { share, right: sides.find((side) => !side.includes(drawn[0] as Column)) ?? [] };
    }
  }
  return new Set(best.right);
}

/** The least share of its axis that a line takes, with one axis per group; constant lines do not count. */
function leastShare(groups: readonly (readonly Column[])[]): number {
  return Math.min(
    1,
    ...groups.flatMap((group) => {
      const { from, to } = union(group);
      const lengths = group.map(lengthOf).filter((length) => length > 0);
      return lengths.map((length) => length / (to / 2 - from / 2));
    }),
  );
}

/** Half the length of a line's range. */
function lengthOf({ range }: Column): number {
  return range === undefined ? 0 : range.to / 2 - range.from / 2;
}

function middleOf({ range }: Column): number {
  return range === undefined ? 0 : range.to / 2 + range.from / 2;
}
