/**
 * A plot as SVG text, for browsers, documents and `rsvg-convert`.
 *
 * - The plot has its own background, and follows the reader's choice of light or dark, if there is one.
 * - If a line has many more points than the picture has columns, only the first, least, greatest and last point of each
 *   column is drawn.
 *
 * @example
 * ```ts
 * import { svgPlot } from "./svg_plot.ts";
 *
 * const rows = [[0, 0, 500], [1, 1, 900]];
 * const svg = svgPlot({ columns: ["duty", "speed"], length: 2, end: 2, row: (index) => rows[index] ?? [] }, { title: "Motor" });
 * if (!svg.startsWith("<svg ") || !svg.includes(">speed (right axis)<")) throw new Error(svg);
 * ```
 */

import {
  type Axis,
  type Chart,
  chartOf,
  checkSize,
  type Line,
  placeOn,
  type PlotOptions,
  type Point,
} from "./chart.ts";
import { plainLabel, shortLabel, xmlLabel } from "./label.ts";
import type { Rows } from "./rows.ts";

/** Options of {@linkcode svgPlot}. */
export interface SvgPlotOptions extends PlotOptions {
  /** The width in pixels, from 200 to 100,000; 760 by default. */
  readonly width?: number;
  /** The height in pixels without the legend, from 100 to 100,000; 300 by default. */
  readonly height?: number;
  /** The title above the plot; none by default. */
  readonly title?: string;
}

/** The area of the lines, in pixels. */
interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The least size of a plot. */
const LEAST_SIZE = { width: 200, height: 100 };
/** The most columns of a line, with four points each. */
const MOST_COLUMNS = 2000;
/** The usual maximum width of a label's character, in pixels. */
const CHARACTER = 7;
const LEGEND_LINE = 20;
/** The least room for a label on the time axis, in pixels. */
const TIME_LABEL = 80;
const VALUE_LABEL = 45;
/** The colors of lines on a light and a dark background, and their dashes once all colors are used. */
const COLORS = ["#0072b2", "#d55e00", "#008060", "#b0458f", "#8a6d00", "#3f5fc0", "#c03030", "#5a5a5a"];
const ON_DARK = ["#56b4e9", "#ff8c42", "#2fd0a0", "#e58ac8", "#e0c040", "#9db2ff", "#ff7b7b", "#c0c0c0"];
const DASHES = ["", "6 3", "2 3", "8 3 2 3"];

/**
 * A plot of rows as SVG text.
 *
 * @throws {TypeError} if a column does not exist.
 * @throws {RangeError} if the width or the height is out of range.
 */
export function svgPlot(rows: Rows, options: SvgPlotOptions = {}): string {
  const { width = 760, height = 300, title } = options;
  checkSize({ width, height }, { least: LEAST_SIZE, most: 100_000, unit: "pixels" });
  const ticks = {
    time: Math.max(1, Math.floor(width / TIME_LABEL)),
    value: Math.max(1, Math.floor(height / VALUE_LABEL)),
  };
  const chart = chartOf(rows, { ...options, ticks });
  const top = title === undefined ? 14 : 34;
  const head = title === undefined
    ? []
    : [`<text class="title" x="14" y="21">${xmlLabel(shortLabel(title, Math.floor(width / CHARACTER) - 4))}</text>`];
  if (chart === undefined) {
    const text = `<text class="text" x="14" y="${top + 20}">Nothing to plot: there are no values.</text>`;
    return document({ width, height: top + 40, name: title ?? "An empty plot" }, [...head, text]);
  }
  const room = ({ ticks }: Axis) => 14 + CHARACTER * Math.max(1, ...ticks.map(({ label }) => label.length));
  const frame: Frame = {
    left: room(chart.left) + 6,
    right: width - (chart.right === undefined ? 20 : room(chart.right) + 6),
    top,
    bottom: height - 50,
  };
  const { lines, rows: legendRows } = legend(chart.lines, { width, top: height, sided: chart.right !== undefined });
  return document({ width, height: height + legendRows * LEGEND_LINE, name: title ?? "A plot over time" }, [
    ...head,
    ...grid(chart, frame),
    ...chart.lines.map((line, index) => path(line, { index, chart, frame })),
    ...lines,
  ]);
}

function document(
  { width, height, name }: { readonly width: number; readonly height: number; readonly name: string },
  content: readonly string[],
): string {
  const colors = (all: readonly string[]) => all.map((color, index) => `.c${index}{stroke:${color}}`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${
    xmlLabel(name)
  }">
<style>
.ground{fill:#fff}.text,.title{fill:#222;font:12px system-ui,sans-serif}.title{font-size:14px;font-weight:600}
.grid{stroke:#ddd}.axis{stroke:#666}.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
${colors(COLORS)}
@media (prefers-color-scheme:dark){.ground{fill:#16181d}.text,.title{fill:#e4e4e4}.grid{stroke:#33363d}.axis{stroke:#999}${
    colors(ON_DARK)
  }}
</style>
<rect class="ground" width="${width}" height="${height}"/>
${content.join("\n")}
</svg>
`;
}

function grid({ time, left, right }: Chart, frame: Frame): string[] {
  const ending = right === undefined ? [] : valueAxis(right, { frame, isRight: true });
  const marks = time.ticks.flatMap(({ value, label }) => {
    const x = across(placeOn(time, value), frame);
    return [
      `<path class="grid" d="M${x} ${frame.top}V${frame.bottom}"/>`,
      `<text class="text" x="${x}" y="${frame.bottom + 18}" text-anchor="middle">${xmlLabel(label)}</text>`,
    ];
  });
  const middle = number((frame.left + frame.right) / 2);
  return [
    ...marks,
    ...valueAxis(left, { frame, isRight: false }),
    ...ending,
    `<path class="axis" fill="none" d="M${frame.left} ${frame.top}V${frame.bottom}H${frame.right}${
      right === undefined ? "" : `V${frame.top}`
    }"/>`,
    `<text class="text" x="${middle}" y="${frame.bottom + 36}" text-anchor="middle">t in s</text>`,
  ];
}

function valueAxis(axis: Axis, { frame, isRight }: { readonly frame: Frame; readonly isRight: boolean }): string[] {
  const x = isRight ? frame.right + 8 : frame.left - 8;
  return axis.ticks.flatMap(({ value, label }) => {
    const y = down(placeOn(axis, value), frame);
    const anchor = isRight ? "start" : "end";
    // Only the left axis has grid lines.
    const mark = isRight ? `M${frame.right} ${y}h4` : `M${frame.left} ${y}H${frame.right}`;
    return [
      `<path class="${isRight ? "axis" : "grid"}" d="${mark}"/>`,
      `<text class="text" x="${x}" y="${number(y + 4)}" text-anchor="${anchor}">${xmlLabel(label)}</text>`,
    ];
  });
}

function path(
  { pieces, isRight }: Line,
  { index, chart, frame }: { readonly index: number; readonly chart: Chart; readonly frame: Frame },
): string {
  const axis = isRight ? chart.right ?? chart.left : chart.left;
  const place = ([t, value]: Point) => {
    return `${across(placeOn(chart.time, t), frame)} ${down(placeOn(axis, value), frame)}`;
  };
  const drawn = pieces.map((piece) => {
    const [first, ...rest] = thinned(piece, chart.time).map(place);
    // A piece with one point is a dot.
    return rest.length === 0 ? `M${first}h.01` : `M${first}L${rest.join(" ")}`;
  });
  return `<path class="line c${index % COLORS.length}"${look(index)} stroke-linecap="round" d="${drawn.join("")}"/>`;
}

/** The attributes that tell a line from others of its color. */
function look(index: number): string {
  const dash = DASHES[Math.floor(index / COLORS.length) % DASHES.length];
  return dash === "" || dash === undefined ? "" : ` stroke-dasharray="${dash}"`;
}

/** If there are many points, only the first, least, greatest and last point of each column. */
function thinned(piece: readonly Point[], time: Axis): readonly Point[] {
  if (piece.length <= 4 * MOST_COLUMNS) return piece;
  const columns = Map.groupBy(piece, ([t]) => Math.floor(placeOn(time, t) * MOST_COLUMNS));
  return [...columns.values()].flatMap((points) => {
    const least = points.reduce((best, point) => point[1] < best[1] ? point : best);
    const greatest = points.reduce((best, point) => point[1] > best[1] ? point : best);
    const kept = new Set([points[0], least, greatest, points.at(-1)]);
    return points.filter((point) => kept.has(point));
  });
}

/** The legend below the plot, in rows. */
function legend(
  lines: readonly Line[],
  { width, top, sided }: { readonly width: number; readonly top: number; readonly sided: boolean },
): { readonly lines: string[]; readonly rows: number } {
  let [x, row] = [20, 0];
  const drawn = lines.map(({ name, isRight }, index) => {
    const text = plainLabel(name) + (sided ? isRight ? " (right axis)" : " (left axis)" : "");
    const shown = shortLabel(text, Math.floor((width - 60) / CHARACTER));
    const needs = 46 + CHARACTER * [...shown].length;
    if (x > 20 && x + needs > width) [x, row] = [20, row + 1];
    const y = top + row * LEGEND_LINE;
    const entry = `<path class="line c${index % COLORS.length}"${look(index)} d="M${x} ${y}h22"/>` +
      `<text class="text" x="${x + 28}" y="${y + 4}">${xmlLabel(shown)}</text>`;
    x += needs;
    return entry;
  });
  return { lines: drawn, rows: row + 1 };
}

function across(place: number, { left, right }: Frame): number {
  return number(left + place * (right - left));
}

function down(place: number, { top, bottom }: Frame): number {
  return number(bottom - place * (bottom - top));
}

/** A length in pixels, to a hundredth. */
function number(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
