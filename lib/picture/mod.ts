/**
 * What people look at: runs as CSV and as plots, diagrams as drawings; all of it text that this layer makes itself.
 *
 * - No library draws: a plot is a few hundred lines of text, which every browser and terminal shows, and nothing has to be
 *   downloaded for it.
 * - Diagrams have a layout of their own, of some three hundred lines: boxes with ports, in boxes, is what libraries for it
 *   leave to their callers.
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
export { mermaidText } from "./mermaid.ts";
export { graphvizText } from "./graphviz.ts";
export { svgDiagram } from "./svg_diagram.ts";
