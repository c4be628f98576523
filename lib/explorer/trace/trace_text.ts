/**
 * A trace as lines of text: a column for each task if there is room, otherwise one list of rows.
 *
 * - `»` marks the first row of a preemption, `≠` the two accesses of a race.
 * - A line is at most as long as the width, unless a single row is longer.
 */

import { fileName } from "../../program/mod.ts";
import type { RunTrace, TraceRow } from "./trace_of.ts";

/** A line of text. */
export interface TraceLine {
  /** The text. */
  readonly text: string;
  /** The kind of line, for colors. */
  readonly kind: "head" | "row" | "preemption" | "race" | "note";
}

/** Options of {@linkcode traceLines}. */
export interface TraceTextOptions {
  /** The maximum length of a line, in characters; 120 by default. */
  readonly width?: number | undefined;
  /** The maximum number of rows to show, the last ones; 100 by default. */
  readonly rows?: number | undefined;
  /** Shortens the URL of a source; by default, to the file's name. */
  readonly nameOf?: ((url: string) => string) | undefined;
}

const GAP = "  ";
const STEP = "step";

/** Formats a trace as lines of text. */
export function traceLines(trace: RunTrace, options: TraceTextOptions = {}): readonly TraceLine[] {
  const { width = 120, rows: most = 100, nameOf = fileName } = options;
  const left = Math.max(0, trace.rows.length - most);
  const rows = trace.rows.slice(left);
  const places = rows.map(({ source }) => source === undefined ? "" : placeOf(source, nameOf));
  const note: TraceLine[] = left === 0 ? [] : [{ kind: "note", text: `(${left} rows before these are left out)` }];
  return [...note, ...columns(trace.tasks, rows, { width, places }) ?? list(trace.tasks, rows, { width, places })];
}

interface Shape {
  readonly width: number;
  readonly places: readonly string[];
}

/** Formats a column for each task; undefined if there is no room. */
function columns(
  tasks: readonly string[],
  rows: readonly TraceRow[],
  { width, places }: Shape,
): readonly TraceLine[] | undefined {
  const widths = tasks.map((name, task) => {
    // A row without a place, such as a thrown error, may use the rest of its line.
    const placed = rows.filter((row, index) => row.task === task && places[index] !== "");
    const texts = placed.map(({ text }) => MARK.length + text.length);
    return Math.max(name.length, ...texts);
  });
  const all = [STEP.length, ...widths, Math.max(0, ...places.map(({ length }) => length))];
  if (all.reduce((sum, one) => sum + one + GAP.length, -GAP.length) > width) return undefined;
  const line = (step: string, cells: readonly string[], place: string) => {
    const padded = cells.map((cell, task) => cell.padEnd(widths[task] ?? 0));
    return [step.padStart(STEP.length), ...padded, place].join(GAP).trimEnd();
  };
  return [
    { kind: "head", text: line(STEP, tasks, "") },
    ...rows.map((row, index): TraceLine => {
      const cells = tasks.map((_name, task) => row.task === task ? marked(row) : "");
      return { kind: kindOf(row), text: line(stepText(rows, index), cells, places[index] ?? "") };
    }),
  ];
}

/**
 * Formats one list of rows, each with the name of its task. If there is no room for the place, only the file's name is
 * shown; if there is no room for that either, it follows on a line of its own.
 */
function list(tasks: readonly string[], rows: readonly TraceRow[], { width, places }: Shape): readonly TraceLine[] {
  const longest = Math.max(...tasks.map(({ length }) => length));
  const indent = STEP.length + 2 * GAP.length + longest;
  const texts = rows.map((row, index) => {
    const head = [stepText(rows, index).padStart(STEP.length), (tasks[row.task] ?? "").padEnd(longest), marked(row)];
    return head.join(GAP);
  });
  const fits = (start: number, place: string) => start + GAP.length + place.length <= width;
  const short = places.map(fileName);
  const align = Math.max(0, ...texts.map(({ length }, index) => fits(length, short[index] ?? "") ? length : 0));
  return rows.flatMap((row, index): TraceLine[] => {
    const kind = kindOf(row);
    const [text = "", place = "", name = ""] = [texts[index], places[index], short[index]];
    if (place === "") return [{ kind, text }];
    const ways = [[align, place], [align, name], [text.length, name]] as const;
    const found = ways.find(([start, what]) => start >= text.length && fits(start, what));
    if (found !== undefined) return [{ kind, text: `${text.padEnd(found[0])}${GAP}${found[1]}` }];
    return [{ kind, text }, { kind: "note", text: `${" ".repeat(indent)}${MARK}${name}` }];
  });
}

const MARK = "  ";

function marked({ preempts, races, text }: TraceRow): string {
  return `${preempts !== undefined ? "» " : races ? "≠ " : MARK}${text}`;
}

function kindOf({ preempts, races }: TraceRow): TraceLine["kind"] {
  return preempts !== undefined ? "preemption" : races ? "race" : "row";
}

/** The step, if it differs from that of the row before. */
function stepText(rows: readonly TraceRow[], index: number): string {
  const step = rows[index]?.step ?? -1;
  return step < 0 || rows[index - 1]?.step === step ? "" : String(step);
}

function placeOf(source: string, nameOf: (url: string) => string): string {
  const [, url = source, line = ""] = /^(.*):(\d+):\d+$/.exec(source) ?? [];
  return `${nameOf(url)}:${line}`;
}
