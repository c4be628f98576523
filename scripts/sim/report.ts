/**
 * The report of `deno task sim` with flags: what is measured, a table, and the meaning of its numbers.
 *
 * - A row of the table is printed as soon as its run has ended, so the widths of columns are fixed from the start.
 */

import { formatGeneral } from "../../lib/blocks/mod.ts";
import { MODE_NAMES, type ModeName } from "../../lib/host/mod.ts";
import { counted, listed, wrapped } from "../command/text.ts";
import { placesLines } from "../run/places.ts";
import type { RunReport } from "./experiment.ts";
import type { Case } from "./case.ts";

/** Formats the lines about runs. */
export interface SimPaper {
  /** Before the runs of a case. */
  head(run: Case): string[];
  /** Before one of them. */
  begin(run: Case, mode: ModeName): string[];
  /** A row that the printer prints. */
  row(line: string, mode: ModeName): string;
  /** After one of them. */
  end(report: RunReport): string[];
  /** After all. */
  foot(reports: readonly RunReport[]): string[];
}

/** What an update of a busy system does, and its effect on the rates. */
const BURNS: Readonly<Record<Case["burn"], string>> = {
  wall:
    "Each update keeps its guest busy for a whole period of real time (--burn wall): run in parallel, they keep up with " +
    "the clock; run one after another, they do not.",
  cpu:
    "Each update does a fixed amount of work, measured to take a period on this machine (--burn cpu): more guests than " +
    "cores must share.",
  none: "Updates do nothing (--burn none): the rate shows the cost of messages.",
};

interface Column {
  readonly head: string;
  readonly width: number;
  readonly cell: (report: RunReport) => string;
}

/** Our own lines. */
export function ownPaper(run: Case, width: number): SimPaper {
  const modeWidth = Math.max(...MODE_NAMES.map(({ length }) => length));
  const columns: readonly Column[] = [
    { head: "rate", width: 8, cell: ({ rate }) => formatGeneral(rate) },
    { head: "limit", width: 8, cell: ({ limit }) => limit === null ? "none" : formatGeneral(limit) },
    { head: "late steps", width: 12, cell: ({ overruns, updates }) => `${overruns} of ${updates}` },
    ...run.deterministic ? [] : [{ head: "lag", width: 5, cell: ({ lag }: RunReport) => String(lag) }],
  ];
  const line = (mode: string, cells: readonly string[], y: string) => {
    const padded = cells.map((cell, index) => cell.padStart(columns[index]?.width ?? 0));
    return [mode.padEnd(modeWidth), ...padded, y].join("  ").trimEnd();
  };
  const wrap = (text: string, indent = "") => wrapped(text, width, indent);
  return {
    head: ({ systems, period, duration, rate, burn }) => [
      ...wrap(
        `${counted(systems, "busy system")}, ${systems > 1 ? "each delegated" : "delegated"} to a mode: a period of ` +
          `${formatGeneral(period, 4)} s, ${formatGeneral(duration, 4)} s of simulated time, ` +
          `${rate === 0 ? "as fast as possible" : `at a rate of ${formatGeneral(rate)}`}.`,
      ),
      ...wrap(BURNS[burn]),
      "",
      ...run.print ? [] : [line("mode", columns.map(({ head }) => head), "y")],
    ],
    begin: () => [],
    row: (text, mode) => `${mode.padEnd(modeWidth)}  ${text.replace(/^\[0 print\] /, "")}`,
    end: (report) => [
      ...run.print ? ["", line("mode", columns.map(({ head }) => head), "y")] : [],
      line(
        report.mode,
        columns.map(({ cell }) => cell(report)),
        [...new Set(report.y.map((y) => formatGeneral(y)))].join(", "),
      ),
      ...placesLines(report.places ?? []).flatMap((line) => wrap(`  ${line}`, "    ")),
      ...run.print ? [""] : [],
    ],
    foot: (reports) => [
      ...run.print ? [] : [""],
      ...wrap("rate: simulated seconds per real second. limit: the highest possible rate.", "  "),
      ...[...Map.groupBy(reports, ({ limit, limitReason }) => `${limit === null ? "" : limit} ${limitReason}`).values()]
        .flatMap((alike) => {
          const reason = alike[0]?.limitReason ?? "";
          return wrap(`  ${listed(alike.map(({ mode }) => mode))}: ${reason}`, "    ");
        }),
      ...reports.some(({ overruns }) => overruns > 0)
        ? wrap("late steps: steps that began after their real time.", "  ")
        : [],
      ...run.deterministic ? [] : wrap(
        "lag: how many periods later than with --deterministic the most delayed reply was shown.",
        "  ",
      ),
    ],
  };
}
