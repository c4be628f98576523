/**
 * What `deno task run` says: lines for people, and the document of `--json`.
 *
 * - A line is printed as soon as its run has ended; what the runs have in common follows.
 */

import { type Failed, type ProgramReport, type ReportTable, sameData } from "../../mod.ts";
import { describe, errorData } from "../command/failure.ts";
import { type Lane, laneLines } from "./lanes.ts";
import type { Subject } from "./subject.ts";
import { tableLines } from "./table.ts";

/** The runs of one program, one for each mode; a run that could not be made ends them. */
export interface Runs {
  readonly subject: Subject;
  /** What came out, in the order of the modes. */
  readonly reports: readonly SeenReport[];
  /** Why a mode could not run it. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** What came out of a run, and what its tasks were seen to do, if anybody looked. */
export interface SeenReport extends ProgramReport {
  /** A lane for each task. */
  readonly lanes?: readonly Lane[];
  /** Whose time the lanes show. */
  readonly clock?: "virtual" | "real";
}

/** How many declared outcomes are shown. */
const MOST_SHOWN = 8;

/** Whether what is independent of the schedule came out alike in all modes. */
export function isEqual({ reports, failure }: Runs): boolean {
  const [first] = reports;
  return failure === undefined && reports.every(({ independent }) => sameData(independent, first?.independent));
}

/** Whether all is as it was declared. */
export function isGood(runs: Runs): boolean {
  return isEqual(runs) && runs.reports.every(({ ok }) => ok);
}

/** The runs as plain data. */
export function runsData(runs: Runs): Record<string, unknown> {
  const { subject, reports, failure } = runs;
  return {
    program: subject.program.name,
    variant: subject.variant,
    runs: reports.map(({ mode, transport, outcome, expected, ok, ms, tables, lanes }) => {
      const run = { mode, transport, outcome: outcome ?? null, expected, ok, ms, tables };
      return lanes === undefined ? run : { ...run, lanes };
    }),
    equal: isEqual(runs),
    ...failure === undefined ? {} : { error: errorData(failure.error) },
  };
}

/** A document of plain data; what JSON cannot hold, such as a bigint, is an object that says what it is. */
export function documentText(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) => {
    if (typeof value === "bigint") return { bigint: String(value) };
    if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) };
    return value;
  });
}

/** Texts in colors, where there are any. */
export class Paper {
  readonly #colors: boolean;
  readonly #width: number;

  /** Colors only where they are wanted; pictures are at most as wide as that, in columns. */
  constructor({ colors, width }: { readonly colors: boolean; readonly width: number }) {
    this.#colors = colors;
    this.#width = width;
  }

  /** The lines before the runs of a program. */
  head({ program, variant }: Subject): string[] {
    const { name, claim, variants, specimens } = program;
    const twin = variants.length > 1 ? ` (${variant})` : "";
    const lines = [`${this.#paint(1, name + twin)}: ${claim}`];
    if (specimens.includes(variant)) lines.push("It has a known bug, kept on purpose, which a run may show or not.");
    return lines;
  }

  /** The lines of one run. */
  run({ mode, outcome, ok, ms, returned, tables, lanes, clock = "real" }: SeenReport): string[] {
    const verdict = ok ? this.#paint(32, "ok   ") : this.#paint(31, "WRONG");
    const head = `  ${mode.padEnd(7)}  ${verdict} ${timeText(ms).padStart(9)}  `;
    const [first = "", ...more] = isFailed(outcome)
      ? [...failureLines(outcome), ...this.#survivors(returned)]
      : [this.#show(outcome)];
    const below = [
      ...tables.map((table) => this.#table(table)),
      ...lanes === undefined ? [] : [this.#lanes(lanes, clock)],
    ];
    const lines = [head + first, ...more.map((line) => " ".repeat(28) + line)];
    return below.length === 0 ? lines : [...lines, "", ...below.flatMap((part) => [...part, ""])];
  }

  /** The lines after the runs of a program. */
  foot(runs: Runs): string[] {
    const { subject: { program, variant }, reports, failure } = runs;
    const [first] = reports;
    const lines: string[] = [];
    if (failure !== undefined) lines.push(this.#paint(31, describe(failure.error)));
    if (first === undefined) return lines;
    const isSpecimen = program.specimens.includes(variant);
    if (reports.some(({ ok }) => !ok) || isSpecimen) lines.push(...this.#declared(first));
    if (first.independent === null && isEqual(runs)) {
      if (!isSpecimen) lines.push("Nothing of it is declared the same on every schedule.");
      return lines;
    }
    if (isEqual(runs)) {
      const modes = reports.map(({ mode }) => mode);
      const where = modes.length > 1 ? `, and equal in ${listed(modes)} mode` : "";
      lines.push(`The same on every schedule${where}: ${this.#shown(first.independent)}`);
    } else if (reports.length > 1) {
      lines.push(`${this.#paint(31, "NOT EQUAL")}, though declared the same on every schedule:`);
      lines.push(...reports.map(({ mode, independent }) => `  ${mode.padEnd(7)}  ${this.#shown(independent)}`));
    }
    return lines;
  }

  #table(table: ReportTable): string[] {
    const [title = "", head = "", ...rows] = tableLines(table);
    return [`  ${this.#paint(1, title)}`, ...[this.#paint(2, head), ...rows].map((line) => `    ${line}`)];
  }

  #lanes(lanes: readonly Lane[], clock: string): string[] {
    return laneLines(lanes, { width: this.#width, clock, paint: (code, text) => this.#paint(code, text) });
  }

  /** What came of the tasks that did not fail. */
  #survivors(returned: ProgramReport["returned"]): string[] {
    return Object.entries(returned).flatMap(([task, value]) => {
      return value === undefined ? [] : [`${task} returned ${this.#show(value)}`];
    });
  }

  #declared({ expected }: ProgramReport): string[] {
    if (expected === null) return [];
    // Failures of different tasks with one deadlock read alike.
    const texts = [...new Set(expected.map((one) => `  ${this.#shown(one)}`))];
    const more = texts.length - MOST_SHOWN;
    return ["Declared are:", ...texts.slice(0, MOST_SHOWN), ...more > 0 ? [`  and ${more} more`] : []];
  }

  /** An outcome or a part of it, on one line. */
  #shown(value: unknown): string {
    return isFailed(value) ? failureLines(value).map((line) => line.trim()).join(" ") : this.#show(value);
  }

  #show(value: unknown): string {
    return Deno.inspect(value, { colors: this.#colors, depth: 6, breakLength: Infinity, compact: true });
  }

  #paint(code: number, text: string): string {
    return this.#colors ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** Whether an outcome is that of a run in which tasks failed. */
export function isFailed(outcome: unknown): outcome is Failed {
  return typeof outcome === "object" && outcome !== null && "failed" in outcome && Array.isArray(outcome.failed);
}

/** Who failed and why, tasks with one reason together; a deadlock is told wait by wait. */
function failureLines({ failed }: Failed): string[] {
  const tasks = new Map<string, string[]>();
  for (const { task, error, message } of failed) {
    const why = `${error}: ${message}`;
    tasks.set(why, [...tasks.get(why) ?? [], task]);
  }
  return [...tasks].flatMap(([why, names]) => {
    const [, waits] = /^DeadlockError: Cannot go on: (.*)$/s.exec(why) ?? [];
    if (waits === undefined) return [`${listed(names)} failed, ${why}`];
    const parts = waits.split("; ");
    return parts.map((part, index) =>
      `${index === 0 ? "deadlock: " : "  "}${part}${index + 1 < parts.length ? ";" : ""}`
    );
  });
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function timeText(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
