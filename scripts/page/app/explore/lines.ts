/**
 * The run of a schedule as the lines of a table: what each task does, where one takes another's place, and what stands beside it.
 *
 * - A departure stands before the first row of its step, or before the next row where its step has none.
 */

import type { Account, AccountMoment, TraceRow } from "../../../../lib/explorer/mod.ts";
import { overwritten } from "./overwritten.ts";

/** A line: a departure, or a row of the run. */
export type Line = DepartureLine | RowLine;

/** Where a run departs from the default. */
export interface DepartureLine {
  readonly kind: "departure";
  /** The step. */
  readonly step: number;
  /** The number of the task that goes on. */
  readonly task: number;
  /** The number of the task that could have gone on, if it is preempted. */
  readonly preempts: number | undefined;
}

/** A row of the run. */
export interface RowLine {
  readonly kind: "row";
  /** Its number among the rows. */
  readonly at: number;
  /** The step; -1 for what comes before the first. */
  readonly step: number;
  /** Whether it is the first one of its step. */
  readonly isFirst: boolean;
  readonly row: TraceRow;
  /** What is to be said of the value that it reads or writes. */
  readonly notes: readonly ValueNote[];
}

/** What is to be said of a value. */
export interface ValueNote {
  /** A value that is written over unseen, or read and outdated when it is used. */
  readonly kind: "outdated" | "overwrites";
  readonly text: string;
}

/** The lines of a run. */
export function linesOf({ rows, departures, tasks }: Account): readonly Line[] {
  const lines: Line[] = [];
  const notes = notesOf(rows, tasks);
  let next = 0;
  const depart = (until: number): void => {
    for (let one = departures[next]; one !== undefined && one.step <= until; one = departures[++next]) {
      const { step, task } = one;
      const preempts = rows.find((row) => row.step === step)?.preempts;
      lines.push({ kind: "departure", step, task, preempts });
    }
  };
  for (const [at, row] of rows.entries()) {
    depart(row.step);
    const isFirst = rows[at - 1]?.step !== row.step;
    lines.push({ kind: "row", at, step: row.step, isFirst, row, notes: notes.get(at) ?? [] });
  }
  depart(Infinity);
  return lines;
}

function notesOf(rows: readonly TraceRow[], tasks: readonly string[]): Map<number, ValueNote[]> {
  const notes = new Map<number, ValueNote[]>();
  const add = (at: number, note: ValueNote) => notes.set(at, [...notes.get(at) ?? [], note]);
  for (const found of overwritten(rows)) {
    const { read, write, over } = found;
    const other = rows[write];
    const name = tasks[other?.task ?? -1] ?? "another task";
    const [seen, lost] = [valueText(rows[read]?.touch), valueText(other?.touch)];
    add(read, { kind: "outdated", text: `${seen} is outdated when it is used: ${name} writes ${lost} meanwhile` });
    add(over, { kind: "overwrites", text: `writes over ${name}'s ${lost}, having seen ${seen}` });
  }
  return notes;
}

/** The value that stands in a cell after somebody has been there. */
function valueText(touch: TraceRow["touch"]): string {
  return String(touch?.wrote ?? touch?.read ?? "a value");
}

/** The shared things whose values are shown beside the run: those that change, at most so many. */
export function shownThings({ moments }: Account, most: number): readonly string[] {
  const [first] = moments;
  return (first?.things ?? []).filter(({ name, text }) => {
    return moments.some(({ things }) => things.find((thing) => thing.name === name)?.text !== text);
  }).slice(0, most).map(({ name }) => name);
}

/** A shared thing at a moment, as people say it. */
export function thingText({ things }: AccountMoment, name: string, tasks: readonly string[]): string {
  const thing = things.find((thing) => thing.name === name);
  if (thing === undefined) return "";
  const { value, text, heldBy } = thing;
  const held = heldBy.length === 0 ? [] : [`held by ${heldBy.map((task) => tasks[task]).join(", ")}`];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [text, ...held].join(", ");
  const told = Object.entries(value).flatMap(([key, value]) => {
    // Who owns it is said by name, and nobody asks how often nothing is.
    if (key === "owner" || value === undefined) return [];
    if (key === "waiters" && value === 0) return [];
    return typeof value === "boolean" ? value ? [key] : [] : [`${words(key)} ${JSON.stringify(value)}`];
  });
  return [...held, ...told].join(", ") || "free";
}

/** A task at a moment, where it does not act, as people say it. */
export function standText({ tasks }: AccountMoment, task: number, names: readonly string[]): string {
  const at = tasks[task];
  if (at === undefined) return "";
  const { stand, next, waitsFor, heldBy } = at;
  const held = heldBy.length === 0 ? "" : `, held by ${heldBy.map((holder) => names[holder]).join(", ")}`;
  switch (stand) {
    case "acts":
      return "";
    case "waits":
      return `waits for ${waitsFor ?? next}${held}`;
    case "timed":
      return waitsFor === undefined ? next : `waits for ${waitsFor}${held}`;
    case "ended":
      return "ended";
    case "failed":
    case "died":
      return next;
  }
}

function words(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
