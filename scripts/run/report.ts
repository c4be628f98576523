/**
 * The report of `deno task run`: lines for people, and the document of `--json`.
 *
 * - The lines of a run are printed as soon as it has ended; what the runs have in common follows.
 */

import { type Failed, type ProgramReport, type ReportTable, sameData } from "../../mod.ts";
import type { DeadlockWait, FarError } from "../../lib/errors.ts";
import { isFailed } from "../../lib/program/mod.ts";
import { errorData, failureLines } from "../command/failure.ts";
import { counted, listed, plain, shown, wrapped } from "../command/text.ts";
import { placeOf } from "./place.ts";
import { type Lane, laneLines } from "./lanes.ts";
import { placesLines } from "./places.ts";
import type { Subject } from "./subject.ts";
import { tableLines } from "./table.ts";

/** The runs of one program, one for each mode, up to a run that could not be made. */
export interface Runs {
  readonly subject: Subject;
  /** Their reports, in the order of the modes. */
  readonly reports: readonly SeenReport[];
  /** Why a mode could not run it. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** The report of a run, and what its tasks did, if that was observed. */
export interface SeenReport extends ProgramReport {
  /** A lane for each task. */
  readonly lanes?: readonly Lane[];
  /** The clock of the lanes. */
  readonly clock?: "virtual" | "real";
}

/** How many declared outcomes are shown, and how many lines of one. */
const MOST_SHOWN = 8;
const MOST_LINES = 6;
/** The verdicts on a run. */
const VERDICTS = {
  "right": { text: "right", code: 32 },
  "bug-shown": { text: "bug shown", code: 33 },
  "undeclared": { text: "not declared", code: 31 },
} as const;
const VERDICT_WIDTH = Math.max(...Object.values(VERDICTS).map(({ text }) => text.length));

/** Whether the part of the outcome that does not depend on the schedule is equal in all modes. */
export function isEqual({ reports, failure }: Runs): boolean {
  const [first] = reports;
  return failure === undefined && reports.every(({ independent }) => sameData(independent, first?.independent));
}

/** Whether all outcomes are declared and equal. */
export function isGood(runs: Runs): boolean {
  return isEqual(runs) && runs.reports.every(({ ok }) => ok);
}

/** The runs as plain data. */
export function runsData(runs: Runs): Record<string, unknown> {
  const { subject, reports, failure } = runs;
  return {
    program: subject.program.name,
    variant: subject.variant,
    runs: reports.map(({ mode, transport, outcome, expected, ok, verdict, ms, tables, lanes, places }) => {
      const elsewhere = places.length === 0 ? {} : { places };
      const run = { mode, transport, outcome: outcome ?? null, expected, ok, verdict, ms, tables, ...elsewhere };
      return lanes === undefined ? run : { ...run, lanes };
    }),
    equal: isEqual(runs),
    ...failure === undefined ? {} : { error: errorData(failure.error) },
  };
}

/** A document of plain data; a value that JSON lacks, such as a bigint, becomes an object with its type and text. */
export function documentText(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) => {
    if (typeof value === "bigint") return { bigint: String(value) };
    if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) };
    return value;
  });
}

/** Formats reports, in colors if there are any, wrapped to a width. */
export class Paper {
  readonly #colors: boolean;
  readonly #width: number;

  /** Makes a formatter; no line is wider than `width` columns, unless a word is. */
  constructor({ colors, width }: { readonly colors: boolean; readonly width: number }) {
    this.#colors = colors;
    this.#width = width;
  }

  /** The lines before the runs of a program. */
  head({ program, variant }: Subject): string[] {
    const { name, claim, variants, specimens } = program;
    const twin = variants.length > 1 ? ` (${plain(variant)})` : "";
    const lines = this.#wrap(`${this.#paint(1, plain(name) + twin)}: ${plain(claim)}`);
    if (specimens.includes(variant)) {
      lines.push(...this.#wrap("It has a known bug, kept on purpose, which a run may show or not."));
    }
    return lines;
  }

  /** The lines of one run. */
  run(report: SeenReport): string[] {
    const { mode, outcome, verdict, ms, returned, errors, tables, lanes, clock = "real", places } = report;
    const { text, code } = VERDICTS[verdict];
    const head = `  ${mode.padEnd(7)}  ${this.#paint(code, text.padEnd(VERDICT_WIDTH))} ${timeText(ms).padStart(9)}  `;
    const failures = isFailed(outcome) ? this.#failures(outcome, errors) : undefined;
    const [first = "", ...more] = failures === undefined ? [shown(outcome, { colors: this.#colors })] : failures;
    const lines = [...this.#cut(head + first), ...more];
    lines.push(...failures === undefined ? [] : this.#survivors(returned));
    lines.push(...placesLines(places).flatMap((line) => this.#wrap(`           ${line}`)));
    const below = [
      ...tables.map((table) => this.#table(table)),
      ...lanes === undefined ? [] : [this.#lanes(lanes, clock)],
    ];
    return below.length === 0 ? lines : [...lines, "", ...below.flatMap((part) => [...part, ""])];
  }

  /** The lines after the runs of a program. */
  foot(runs: Runs): string[] {
    const { subject: { program, variant }, reports, failure } = runs;
    const [first] = reports;
    const lines: string[] = [];
    if (failure !== undefined) {
      const [head = "", ...more] = failureLines(failure.error, this.#width);
      lines.push(this.#paint(31, head), ...more);
    }
    if (first === undefined) return lines;
    const isSpecimen = program.specimens.includes(variant);
    if (reports.some(({ ok }) => !ok) || isSpecimen) lines.push(...this.#declared(first));
    if (!isEqual(runs)) {
      if (reports.length < 2) return lines;
      lines.push(...this.#wrap(`${this.#paint(31, "NOT EQUAL")}, although declared the same on every schedule:`));
      return [
        ...lines,
        ...reports.flatMap(({ mode, independent }) => {
          return this.#cut(`  ${mode.padEnd(7)}  ${this.#shown(independent)}`, " ".repeat(11));
        }),
      ];
    }
    const modes = reports.map(({ mode }) => mode);
    const where = modes.length > 1 ? `, and equal in ${listed(modes)} mode` : "";
    // A deadlock is shown above; an undeclared outcome cannot be declared the same.
    if (isFailed(first.independent) || reports.some(({ ok }) => !ok)) return lines;
    if (first.independent !== null) {
      lines.push(...this.#cut(`Declared the same on every schedule${where}: ${this.#shown(first.independent)}`, "  "));
    } else if (!isSpecimen) lines.push("No part of the outcome is declared the same on every schedule.");
    return lines;
  }

  #table(table: ReportTable): string[] {
    const [title = "", head = "", ...rows] = tableLines(table);
    const lines = [`    ${head}`, ...rows.map((row) => `    ${row}`)].flatMap((line, index) => {
      return wrapped(line, this.#width, " ".repeat(8)).map((part) => index === 0 ? this.#paint(2, part) : part);
    });
    return [`  ${this.#paint(1, title)}`, ...lines];
  }

  #lanes(lanes: readonly Lane[], clock: string): string[] {
    return laneLines(lanes, { width: this.#width, clock, paint: (code, text) => this.#paint(code, text) });
  }

  /** The failed tasks and their errors, grouped by error; a deadlock wait by wait, each with its line. */
  #failures({ failed }: Failed, errors: readonly FarError[]): string[] {
    const groups = Map.groupBy(failed.keys(), (index) => `${failed[index]?.error}: ${failed[index]?.message}`);
    const told = [...groups].map(([why, members]) => {
      const faults = members.map((index) => ({ task: failed[index]?.task ?? "", far: errors[index] }));
      const waits = failed[members[0] ?? 0]?.error === "DeadlockError" ? waitsOf(faults[0]?.far) : undefined;
      return waits === undefined
        ? { head: "", lines: this.#thrown(faults, why) }
        : { head: this.#paint(31, "deadlock"), lines: this.#waits(waits, faults) };
    });
    const [one] = told;
    const names = listed(failed.map(({ task }) => plain(task)));
    if (told.length === 1 && one !== undefined) {
      if (one.head !== "") return [one.head, ...one.lines];
      const place = placeOf(errors[0]);
      const why = plain(`${failed[0]?.error}: ${failed[0]?.message}`);
      return [`${names} failed, ${why}${place === undefined ? "" : ` (${place})`}`];
    }
    return [`${names} failed`, ...told.flatMap(({ head, lines }) => head === "" ? lines : [`    ${head}`, ...lines])];
  }

  #thrown(faults: readonly Fault[], why: string): string[] {
    const place = placeOf(faults[0]?.far);
    const at = place === undefined ? "" : ` (${place})`;
    const lines = wrapped(
      `${listed(faults.map(({ task }) => plain(task)))}: ${plain(why)}${at}`,
      this.#width - 4,
      "  ",
    );
    return lines.map((line) => `    ${line}`);
  }

  /** The waits of a deadlock, aligned, each with its line. */
  #waits(waits: readonly DeadlockWait[], faults: readonly Fault[]): string[] {
    const places = waits.map(({ task }) => placeOf(faults.find((fault) => fault.task === task)?.far) ?? "");
    const texts = waits.map(waitText);
    const width = Math.max(...texts.map(({ length }) => length));
    const fits = places.every((place) => 4 + width + 2 + place.length <= this.#width);
    return texts.flatMap((text, index) => {
      const place = places[index] ?? "";
      if (fits) return [`    ${text.padEnd(width)}  ${this.#paint(2, place)}`.trimEnd()];
      const lines = wrapped(place === "" ? text : `${text} (${place})`, this.#width - 4, "  ");
      return lines.map((line) => `    ${line}`);
    });
  }

  /** What the tasks that did not fail returned. */
  #survivors(returned: ProgramReport["returned"]): string[] {
    return Object.entries(returned).flatMap(([task, value]) => {
      return value === undefined ? [] : this.#cut(`    ${plain(task)} returned ${this.#shown(value)}`);
    });
  }

  #declared({ expected, right }: ProgramReport): string[] {
    if (expected === null) return [];
    if (expected.length === 0) return ["It declares no outcome."];
    // Failures of different tasks with the same deadlock have the same text.
    const marks = expected.map((one) => {
      return { text: this.#shown(one), isRight: right?.some((other) => sameData(other, one)) ?? true };
    });
    const distinct = [...new Map(marks.map((mark) => [mark.text, mark])).values()];
    const mixed = distinct.some(({ isRight }) => !isRight);
    const lines = distinct.slice(0, MOST_SHOWN).flatMap(({ text, isRight }) => {
      const mark = !mixed ? "" : isRight ? this.#paint(32, "right  ") : this.#paint(33, "bug    ");
      return this.#cut(`  ${mark}${text}`, mixed ? " ".repeat(11) : "    ");
    });
    const more = distinct.length - MOST_SHOWN;
    const head = mixed ? "Possible outcomes:" : `Declared ${distinct.length === 1 ? "outcome" : "outcomes"}:`;
    return [head, ...lines, ...more > 0 ? [`  and ${more} more`] : []];
  }

  /** An outcome or a part of it, on one line. */
  #shown(value: unknown): string {
    if (!isFailed(value)) return shown(value, { colors: this.#colors });
    const why = new Map(value.failed.map(({ error, message }) => [`${error}: ${message}`, error]));
    return [...why].map(([text, error]) => {
      const waits = error === "DeadlockError" ? /^DeadlockError: Cannot go on: (.*)$/s.exec(text)?.[1] : undefined;
      const tasks = value.failed.filter(({ error, message }) => `${error}: ${message}` === text).map(({ task }) =>
        task
      );
      if (waits === undefined) return `${plain(listed(tasks))} failed with ${plain(text)}`;
      return `deadlock: ${plain(waits.replaceAll(/(^|; )task /g, "$1"))}`;
    }).join("; ");
  }

  #wrap(text: string): string[] {
    return wrapped(text, this.#width, "  ");
  }

  /** A wrapped text, cut after some lines. */
  #cut(text: string, indent = "    "): string[] {
    const lines = wrapped(text, this.#width, indent);
    if (lines.length <= MOST_LINES) return lines;
    const more = lines.length - MOST_LINES;
    return [...lines.slice(0, MOST_LINES), `${indent}... and ${counted(more, "line")} more (--json has all)`];
  }

  #paint(code: number, text: string): string {
    return this.#colors && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** A failed task and its error. */
interface Fault {
  readonly task: string;
  readonly far: FarError | undefined;
}

/** The waits of a deadlock, from its error. */
function waitsOf(far: FarError | undefined): readonly DeadlockWait[] | undefined {
  const waits = far?.properties?.waits;
  return Array.isArray(waits) && waits.length > 0 ? waits as readonly DeadlockWait[] : undefined;
}

/** A wait as a clause. */
export function waitText({ task, object, method, owners, ahead = [] }: DeadlockWait): string {
  const holders = owners.map((owner) => owner === task ? "it" : plain(owner));
  const held = holders.length === 0 ? "" : `, which ${listed(holders)} ${holders.length > 1 ? "hold" : "holds"}`;
  const line = ahead.length === 0 ? "" : `, behind ${listed(ahead.map(plain))}`;
  return `${plain(task)} waits for ${plain(object)} (${plain(method)})${held}${line}`;
}

function timeText(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
