/**
 * What people look at: runs as CSV and as plots, diagrams as drawings; all of it text that this layer makes itself.
 *
 * - No library draws: a plot is a few hundred lines of text, which every browser and terminal shows, and nothing has to be
 *   downloaded for it.
 * - Names are other people's: what a format, a terminal or a browser would obey is written so that it is read.
 *
 * @module
 */

export type { Rows } from "./rows.ts";
export { csvText } from "./csv.ts";
export type { PlotOptions } from "./chart.ts";
export type { TerminalPlotOptions } from "./terminal_plot.ts";
export { terminalPlot } from "./terminal_plot.ts";
export type { SvgPlotOptions } from "./svg_plot.ts";
export { svgPlot } from "./svg_plot.ts";
