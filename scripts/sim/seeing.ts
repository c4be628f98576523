/**
 * Output about runs besides the table: plots, rows as CSV, the diagram, profiles.
 *
 * - Runs with equal rows are shown once; if rows differ, each run has its own columns, with its mode before their
 *   names.
 */

import type { ModeName } from "../../lib/host/mod.ts";
import {
  csvText,
  graphvizText,
  mermaidText,
  type Rows,
  svgDiagram,
  svgPlot,
  terminalPlot,
} from "../../lib/picture/mod.ts";
import type { System } from "../../lib/diagram/mod.ts";
import { type Profile, profileLines, type Trace } from "../../lib/simulator/mod.ts";
import { OutputFile } from "../command/output_file.ts";
import { listed, wrapped } from "../command/text.ts";
import type { RunReport } from "./experiment.ts";
import type { Case } from "./case.ts";

/** What to show. */
export interface SeeingRequest {
  /** Whether to plot in the terminal. */
  readonly plot: boolean;
  /** Where to write the plot as SVG. */
  readonly svg: string | undefined;
  /** Where to write the rows. */
  readonly csv: string | undefined;
  /** Where to write the diagram; the file's extension decides the format. */
  readonly diagram: string | undefined;
  /** Whether to profile runs. */
  readonly profile: boolean;
}

/** The formats of diagrams, by file extension. */
export const DIAGRAMS: Readonly<Record<string, (system: System) => string>> = {
  ".svg": svgDiagram,
  ".mmd": mermaidText,
  ".dot": graphvizText,
};

/** What one run recorded. */
interface Recorded {
  readonly mode: ModeName;
  readonly certificate: string;
  readonly trace: Trace;
}

/** The requested files, checked, and the content for them and for the terminal. */
export class Seeing {
  readonly #request: SeeingRequest;
  readonly #files: Readonly<Record<"svg" | "csv" | "diagram", OutputFile | undefined>>;
  readonly #recorded: Recorded[] = [];

  /**
   * Checks the files.
   *
   * @throws {UsageError} if one cannot be written.
   */
  constructor(request: SeeingRequest) {
    const file = (name: "svg" | "csv" | "diagram") => {
      const path = request[name];
      return path === undefined ? undefined : new OutputFile(`--${name}`, path);
    };
    this.#request = request;
    this.#files = { svg: file("svg"), csv: file("csv"), diagram: file("diagram") };
  }

  /** Adds what a run recorded. */
  add({ mode, certificate }: RunReport, trace: Trace): void {
    this.#recorded.push({ mode, certificate, trace });
  }

  /** The rows of a run as JSON, if they are to be shown. */
  signals(index: number): { readonly signals?: { readonly columns: readonly string[]; readonly rows: number[][] } } {
    const trace = this.#recorded[index]?.trace;
    if (!this.#request.plot || trace === undefined) return {};
    return { signals: { columns: ["t", ...trace.columns], rows: trace.rows() } };
  }

  /** Writes the files, after the runs have ended. */
  async write(run: Case, diagram: (modes: string) => Promise<System>): Promise<void> {
    const { svg, csv, diagram: drawing } = this.#files;
    if (this.#recorded.length > 0) {
      const rows = this.#rows(run);
      csv?.write(csvText(rows));
      svg?.write(svgPlot(rows, { title: this.#title(rows) }));
    }
    const { diagram: path } = this.#request;
    const draw = path === undefined ? undefined : DIAGRAMS[path.slice(path.lastIndexOf("."))];
    if (draw !== undefined) drawing?.write(draw(await diagram(run.modes.join(", "))));
  }

  /** The lines below the table: the plot, then the profiles. */
  lines(
    run: Case,
    { profiles, width, colors }: {
      readonly profiles: readonly (readonly [mode: ModeName, profile: Profile])[];
      readonly width: number;
      readonly colors: boolean;
    },
  ): string[] {
    const rows = this.#rows(run);
    const plot = this.#request.plot
      ? ["", ...wrapped(`${this.#title(rows)}:`, width), "", ...terminalPlot(rows, { width, colors })]
      : [];
    return [
      ...plot,
      ...profiles.flatMap(([mode, profile]) => [
        "",
        `Profile of ${mode} mode:`,
        ...profileLines(profile).flatMap((line) => wrapped(line, width, "  ")),
      ]),
    ];
  }

  /** The differing rows side by side; every mode has a row for each instant. */
  #rows({ duration }: Case): Rows {
    const different = this.#different();
    const isOne = different.length === 1;
    const columns = different.flatMap(({ mode, trace }) =>
      trace.columns.map((name) => isOne ? name : `${mode}.${name}`)
    );
    const length = different.reduce((least, { trace }) => Math.min(least, trace.length), Infinity);
    return {
      columns,
      length: Number.isFinite(length) ? length : 0,
      end: duration,
      row: (index) => {
        const [first, ...others] = different.map(({ trace }) => trace.row(index));
        return [...first ?? [], ...others.flatMap((row) => row.slice(1))];
      },
    };
  }

  #different(): Recorded[] {
    return this.#recorded.filter(({ certificate }, index) => {
      return this.#recorded.findIndex((other) => other.certificate === certificate) === index;
    });
  }

  #title({ length }: Rows): string {
    const modes = this.#recorded.map(({ mode }) => mode);
    const is = this.#different().length > 1 ? "which differ" : modes.length > 1 ? "the same in each" : "";
    return `The outputs in ${listed(modes)} mode${is === "" ? "" : `, ${is}`}, ${length} rows`;
  }
}
