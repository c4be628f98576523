/**
 * Runs as CSV and plots, and diagrams as drawings, all as text that this layer makes itself.
 *
 * - No library is needed: a plot is text that every browser and terminal shows, and nothing has to be downloaded for
 *   it.
 * - The layout of diagrams is our own, some three hundred lines, because layout libraries do not handle nested boxes
 *   with ports.
 * - Names are untrusted: anything that a format, a terminal or a browser would interpret is escaped.
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
