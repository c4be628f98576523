/**
 * A plot for a terminal, in Unicode: lines of text.
 *
 * - With one line, or with colors, lines consist of Braille dots, eight per character; otherwise each line has its own
 *   mark, one per character.
 * - Lines that share characters take turns, so that none hides another.
 *
 * @example
 * ```ts
 * import { terminalPlot } from "./terminal_plot.ts";
 *
 * const rows = [[0, 0], [1, 1], [2, 2]];
 * const stairs = { columns: ["n"], length: 3, end: 3, row: (index: number) => rows[index] ?? [] };
 * const lines = terminalPlot(stairs, { width: 22, height: 3 });
 * if (lines[0] !== "2 ┤            ⢸⠉⠉⠉⠉⠉⠉") throw new Error(lines.join("\n"));
 * ```
 */

import { type Chart, chartOf, checkSize, type Line, placeOn, type PlotOptions } from "./chart.ts";
import { shortLabel } from "./label.ts";
import type { Rows } from "./rows.ts";
import type { Tick } from "./ticks.ts";

/** Options of {@linkcode terminalPlot}. */
export interface TerminalPlotOptions extends PlotOptions {
  /** The width in characters, from 20 to 10,000; 80 by default. */
  readonly width?: number;
  /** The rows of characters for the lines, from 1 to 10,000; 12 by default. */
  readonly height?: number;
  /** Whether lines have colors, by escape codes; false by default. */
  readonly colors?: boolean;
}

/** The content of a character: the dots, and the lines that they belong to. */
interface Cell {
  dots: number;
  readonly lines: number[];
}

/** By row and column within a character: the dot's bit in Unicode's Braille patterns. */
const DOTS: readonly (readonly number[])[] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
const BRAILLE = 0x2800;
const MARKS = [..."*+ox#@%&"];
/** The terminal's codes for the colors of lines: cyan, yellow, magenta, green, blue, red. */
const COLORS = [36, 33, 35, 32, 34, 31];
/** The least size of a plot. */
const LEAST_SIZE = { width: 20, height: 1 };
/** The least columns for the lines. */
const LEAST = 8;
/** The columns for a label of the time axis. */
const TIME_LABEL = 10;

/**
 * A plot of rows as lines of text.
 *
 * @throws {TypeError} if a column does not exist.
 * @throws {RangeError} if the width or the height is out of range.
 */
export function terminalPlot(rows: Rows, options: TerminalPlotOptions = {}): string[] {
  const { width = 80, height = 12, colors = false } = options;
  checkSize({ width, height }, { least: LEAST_SIZE, most: 10_000, unit: "characters" });
  const ticks = { time: Math.max(1, Math.floor(width / TIME_LABEL) - 2), value: Math.max(1, Math.floor(height / 2)) };
  const chart = chartOf(rows, { ...options, ticks });
  if (chart === undefined) return ["Nothing to plot: there are no values."];
  // Labels of an awkward range can have twenty digits.
  const most = Math.floor((width - LEAST - 6) / (chart.right === undefined ? 1 : 2));
  const labels = (ticks: readonly Tick[]) => Math.min(most, Math.max(0, ...ticks.map(({ label }) => label.length)));
  const [left, right] = [labels(chart.left.ticks), labels(chart.right?.ticks ?? [])];
  const across = Math.max(LEAST, width - left - 2 - (chart.right === undefined ? 0 : right + 2));
  const isBraille = colors || chart.lines.length === 1;
  const cells = drawn(chart, { across, height, dots: isBraille ? [2, 4] : [1, 1] });
  const at = (ticks: readonly Tick[], axis: Chart["left"], row: number) => {
    const tick = ticks.find(({ value }) => Math.round((1 - placeOn(axis, value)) * (height - 1)) === row);
    return tick === undefined ? undefined : shortLabel(tick.label, most);
  };
  const body = cells.map((line, row) => {
    const label = at(chart.left.ticks, chart.left, row);
    const other = chart.right === undefined ? undefined : at(chart.right.ticks, chart.right, row);
    const text = line.map((cell, column) => shownCell(cell, { column, colors, isBraille })).join("");
    const end = chart.right === undefined ? "" : other === undefined ? "│" : `├ ${other}`;
    return `${(label ?? "").padStart(left)} ${label === undefined ? "│" : "┤"}${text}${end}`.trimEnd();
  });
  return [...body, ...timeAxis(chart, { across, left }), ...legend(chart, { width, colors, isBraille })];
}

/** The characters that show the lines, row by row. */
function drawn(
  chart: Chart,
  { across, height, dots: [dotsAcross, dotsDown] }: {
    readonly across: number;
    readonly height: number;
    readonly dots: readonly [number, number];
  },
): Cell[][] {
  const cells = Array.from({ length: height }, () => {
    return Array.from({ length: across }, (): Cell => ({ dots: 0, lines: [] }));
  });
  const [lastX, lastY] = [across * dotsAcross - 1, height * dotsDown - 1];
  chart.lines.forEach((line, index) => {
    const axis = line.isRight ? chart.right ?? chart.left : chart.left;
    const put = (x: number, y: number) => {
      const cell = cells[Math.floor(y / dotsDown)]?.[Math.floor(x / dotsAcross)];
      if (cell === undefined) return;
      cell.dots |= DOTS[y % dotsDown]?.[x % dotsAcross] ?? 0;
      if (cell.lines.at(-1) !== index) cell.lines.push(index);
    };
    for (const piece of line.pieces) {
      const dots = piece.map(([t, value]) => {
        return [Math.round(placeOn(chart.time, t) * lastX), Math.round((1 - placeOn(axis, value)) * lastY)] as const;
      });
      dots.forEach(([x, y], point) => {
        const [fromX, fromY] = dots[point - 1] ?? [x, y];
        const length = Math.max(Math.abs(x - fromX), Math.abs(y - fromY), 1);
        for (let step = 0; step <= length; step++) {
          put(Math.round(fromX + (x - fromX) * step / length), Math.round(fromY + (y - fromY) * step / length));
        }
      });
    }
  });
  return cells;
}

function shownCell(
  { dots, lines }: Cell,
  { column, colors, isBraille }: { readonly column: number; readonly colors: boolean; readonly isBraille: boolean },
): string {
  const line = lines[column % lines.length];
  if (line === undefined) return " ";
  return mark(line, { character: isBraille ? String.fromCodePoint(BRAILLE + dots) : undefined, colors });
}

/** The character that marks a line. */
function mark(line: number, { character, colors }: { character?: string | undefined; colors: boolean }): string {
  const text = character ?? MARKS[line % MARKS.length] ?? "*";
  return colors ? `\x1b[${COLORS[line % COLORS.length]}m${text}\x1b[39m` : text;
}

function timeAxis({ time }: Chart, { across, left }: { readonly across: number; readonly left: number }): string[] {
  const line = Array<string>(across).fill("─");
  let labels = "";
  for (const { value, label } of time.ticks) {
    const at = Math.round(placeOn(time, value) * (across - 1));
    // A label is below its tick, but within the plot.
    const begin = Math.max(0, Math.min(across - label.length, at - Math.floor(label.length / 2)));
    line[at] = "┬";
    if (labels === "" || begin > labels.length) labels = labels.padEnd(begin) + label;
  }
  const indent = " ".repeat(left + 2);
  const unit = "t in s";
  const fits = labels.length + 1 + unit.length <= across;
  return [
    `${" ".repeat(left + 1)}└${line.join("")}`,
    `${indent}${fits ? labels.padEnd(across - unit.length) + unit : labels}`.trimEnd(),
    ...fits ? [] : [`${indent}${unit.padStart(across)}`],
  ];
}

/** The legend: the names of the lines, side by side as far as there is room. */
function legend(
  { lines, right }: Chart,
  { width, colors, isBraille }: { readonly width: number; readonly colors: boolean; readonly isBraille: boolean },
): string[] {
  const entries = lines.map(({ name, isRight }: Line, index) => {
    const side = right === undefined ? "" : isRight ? " (right axis)" : " (left axis)";
    const text = shortLabel(name, Math.max(LEAST, width - 4 - side.length)) + side;
    const character = isBraille ? "⠒⠒" : undefined;
    return { columns: text.length + (isBraille ? 3 : 2), text: `${mark(index, { character, colors })} ${text}` };
  });
  const found: string[] = [];
  let [line, used] = ["", 0];
  for (const { columns, text } of entries) {
    if (line !== "" && used + 3 + columns > width) {
      found.push(line);
      [line, used] = ["", 0];
    }
    [line, used] = line === "" ? [text, columns] : [`${line}   ${text}`, used + 3 + columns];
  }
  return line === "" ? found : [...found, line];
}
