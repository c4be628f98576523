/**
 * The reports of `deno task explore` and `deno task replay`: lines for people, and the document of `--json`.
 */

import { type ExploreResult, settingsOf, type Span } from "../../mod.ts";
import {
  type BugKind,
  type Evidence,
  type ExploredBug,
  type ExploredEvidence,
  type RunTrace,
  type SmallerEvidence,
  traceLines,
} from "../../lib/explorer/mod.ts";
import { isFailed } from "../../lib/program/mod.ts";
import { called, shellWord } from "../command/called.ts";
import { counted, plain, shown, wrapped } from "../command/text.ts";
import { laneLines, lanesOf } from "../run/lanes.ts";
import { shortName } from "../run/place.ts";
import { passLines } from "./pass_lines.ts";
import { PAGE, pageLink } from "./page_link.ts";
import type { Repeated } from "./repeat.ts";
import type { Subject } from "./request.ts";
import { spansOf } from "./spans.ts";

/** The result of exploring a program. */
export interface Explored {
  readonly subject: Subject;
  readonly result: ExploreResult;
  /** The run that shows the bug, if there is one that can be shown. */
  readonly trace: RunTrace | undefined;
  /** Whether Ctrl-C ended it. */
  readonly interrupted: boolean;
  /** How often real workers reproduced it, if that was asked for. */
  readonly repeated: readonly Repeated[];
  /** Whether only something specific was looked for (`--find`). */
  readonly isSought: boolean;
  /** The kinds of bugs that do not count. */
  readonly ignored: readonly BugKind[];
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** How many columns of a row come before its text, besides the name of its task: the step, gaps and a mark. */
const LEAD = 10;
/** How much is shown behind a label, however long that is. */
const MARKED = 3;
/** How many outcomes are shown. */
const MOST_OUTCOMES = 8;

/** Whether a verdict is as declared: a bug for a specimen, none for any other program. */
export function isDeclared({ subject: { program, variant }, result }: Explored): boolean {
  return (result.verdict === "bug") === program.specimens.includes(variant);
}

/** The smallest known run that shows it, with its parameters if they differ from those asked for. */
export function smallestOf(result: ExploredEvidence): Evidence & Partial<Pick<SmallerEvidence, "parameters">> {
  return result.smaller !== undefined && result.smaller.steps < result.steps ? result.smaller : result;
}

/** The result as plain data. */
export function exploredData(
  { subject, result, trace, interrupted, repeated }: Explored,
  options?: ShownOptions,
): Record<string, unknown> {
  const shown = "schedule" in result ? result : undefined;
  const page = shown && pageLink(subject, shown);
  return {
    program: subject.program.name,
    variant: subject.variant,
    parameters: settingsOf(subject.program, subject).parameters,
    ...resultData(result),
    ...interrupted ? { interrupted } : {},
    ...shown === undefined ? {} : { replay: replayLine(subject, shown) },
    ...page === undefined ? {} : { page },
    ...repeated.length === 0 ? {} : { reproduced: repeated.map(repeatedData) },
    ...trace === undefined || shown === undefined
      ? {}
      : { trace: { schedule: smallestOf(shown).schedule, ...traceData(trace, options) } },
  };
}

/** The result of exploring a program or a scenario as plain data. */
export function resultData(result: ExploreResult): Record<string, unknown> {
  const { verdict, schedules, tooLong, distinct, assumptions } = result;
  const shown = "schedule" in result ? result : undefined;
  const bug = result.verdict === "bug" ? result : undefined;
  return {
    verdict,
    kind: bug?.kind ?? null,
    message: shown?.message ?? null,
    schedule: shown?.schedule ?? null,
    outcome: shown?.outcome ?? null,
    preemptions: shown?.preemptions ?? null,
    minimal: shown?.minimal ?? null,
    ...bug?.race === undefined ? {} : { race: bug.race, serial: bug.serial },
    ...bug?.loop === undefined ? {} : { loop: bug.loop },
    ...shown?.smaller === undefined ? {} : { smaller: shown.smaller },
    ...shown === undefined ? {} : { foundAt: shown.foundAt },
    schedules,
    tooLong,
    distinct,
    assumptions,
    outcomes: result.outcomes.map(({ outcome, count }) => ({ outcome: outcome ?? null, count })),
    ..."covered" in result
      ? { covered: result.covered ?? null, unseen: result.unseen ?? null, missed: result.missed ?? null }
      : {},
  };
}

/** How often a mode reproduced a run, as plain data. */
export function repeatedData({ mode, times, reproduced, fault, places }: Repeated): Record<string, unknown> {
  const elsewhere = places === undefined ? {} : { transport: "nats", places };
  return { mode, times, reproduced, ...elsewhere, ...fault === undefined ? {} : { fault } };
}

/** How a run is shown. */
export interface ShownOptions {
  /** Whether to draw who acts and who waits for what; false by default. */
  readonly lanes?: boolean | undefined;
}

/** A trace as plain data. */
export function traceData(trace: RunTrace, { lanes = false }: ShownOptions = {}): Record<string, unknown> {
  const { tasks, rows } = trace;
  return {
    tasks,
    ...lanes ? { lanes: lanesOf(spansOf(trace), { names: tasks }) } : {},
    rows: rows.map(({ step, task, text, preempts, races, holds, source }) => {
      const preempted = preempts === undefined ? {} : { preempts: tasks[preempts] };
      return {
        step,
        task: tasks[task],
        text: text.trim(),
        ...preempted,
        ...races ? { races } : {},
        ...holds.length > 0 ? { holds } : {},
        source: source ?? null,
      };
    }),
  };
}

/** The locks that the two sides of a race held, if either held any. */
function racers({ race }: ExploredBug): string[] {
  if (race === undefined || race.first.holds.length + race.second.holds.length === 0) return [];
  return [race.first, race.second].map(({ task, kind, holds }) => {
    return `  ${task} (${kind}) held ${holds.length === 0 ? "nothing" : holds.join(", ")}`;
  });
}

/** What livelocked tasks repeat. */
function loop({ loop = [] }: ExploredBug): string[] {
  return loop.length === 0 ? [] : ["Repeated without end:", ...loop.map((line) => `  ${line}`)];
}

/** Whether an argument is not a flag, or the value of a flag, for one of the program's parameters. */
function isKept({ program, flags }: Subject, at: number): boolean {
  const own = new Set(Object.keys(program.parameters).map(flagOf));
  return !own.has(flags[at] ?? "") && !own.has(flags[at - 1] ?? "");
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The line that replays a schedule, with its own parameters, if it has any. */
export function replayLine(
  subject: Subject,
  { schedule, parameters }: Pick<Evidence & Partial<SmallerEvidence>, "schedule" | "parameters">,
): string {
  const flags = parameters === undefined ? subject.flags : [
    ...subject.flags.filter((_, at) => isKept(subject, at)),
    ...ownFlagsOf(subject, parameters),
  ];
  return [called("deno task replay"), ...[subject.target, schedule, ...flags].map(shellWord)].join(" ");
}

/** The flags for parameters. */
function ownFlagsOf({ program }: Subject, parameters: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    return value === program.parameters[name]?.default ? [] : [flagOf(name), String(value)];
  });
}

/** Formats reports, in colors if there are any, wrapped to a width. */
export class Paper {
  readonly #colors: boolean;
  readonly #width: number;

  /** Makes a formatter; lines have at most `width` columns. */
  constructor({ colors, width }: { readonly colors: boolean; readonly width: number }) {
    this.#colors = colors;
    this.#width = width;
  }

  /** A text in a terminal color, if there are colors. */
  painted(code: number, text: string): string {
    return this.#paint(code, text);
  }

  /** A text wrapped to the width. */
  wrapped(text: string, indent?: string): string[] {
    return this.#wrap(text, indent);
  }

  /** Spans drawn as lanes, by rows. */
  lanes(spans: readonly Span[], names: readonly string[]): string[] {
    const paint = (code: number, text: string) => this.#paint(code, text);
    return laneLines(lanesOf(spans, { names }), { width: this.#width, clock: "rows", paint });
  }

  /** The lines about outcomes. */
  outcomes(result: ExploreResult): string[] {
    return this.#outcomes(result);
  }

  /** The lines about exploring one program. */
  explored(explored: Explored, options?: ShownOptions): string[] {
    const { subject, result, trace, interrupted, repeated } = explored;
    const name = this.#paint(1, nameOf(subject));
    const lines = interrupted ? [this.#paint(33, "Interrupted: these are the results so far.")] : [];
    if (!("schedule" in result)) {
      const proved = result.verdict === "proved";
      const verdict = this.#paint(proved ? 32 : 33, result.verdict.toUpperCase().replace("-", " "));
      lines.push(
        ...passLines(result, { of: "program", ...explored }).flatMap((line, index) => {
          return index === 0 ? this.#wrap(`${name}: ${verdict}, ${line}`) : this.#wrap(line);
        }),
      );
      return [...lines, ...this.#outcomes(result), ...repeated.flatMap((one) => this.repeated(one))];
    }
    const shown = smallestOf(result);
    const bug = result.verdict === "bug" ? result : undefined;
    const head = bug === undefined ? this.#paint(32, "FOUND") : `${this.#paint(31, "BUG")}, ${bug.kind}`;
    lines.push(...headLines(`${name}: ${head}`, shown.message).flatMap((line) => this.#wrap(line, "    ")));
    lines.push(...this.#wrap(`${fewest(shown)} ${foundText(result)}`));
    if (bug !== undefined) lines.push(...[...shown === result ? racers(bug) : [], ...loop(bug)].map(plain));
    if (shown.parameters !== undefined) {
      const own = ownFlagsOf(subject, shown.parameters).join(" ");
      lines.push(`Shown with ${own || "the defaults"}, in ${counted(shown.steps, "step")}.`);
    }
    if (trace !== undefined) lines.push("", ...this.trace(trace, options));
    // Otherwise the rows of the trace and its first lines say everything.
    if (shown.outcome !== undefined && !isFailed(shown.outcome)) {
      const serial = bug?.serial === true ? ", as if the tasks ran one after another" : "";
      lines.push("", ...this.#wrap(`Outcome: ${this.#show(shown.outcome)}${serial}`));
    }
    if (bug?.kind !== "nondeterminism") {
      lines.push("", `Replay: ${replayLine(subject, shown)}`);
      const page = pageLink(subject, shown);
      if (page !== undefined) lines.push(...this.#wrap(`On the page: ${PAGE}${page}`));
      if (shown !== result) lines.push(`With the parameters given: ${replayLine(subject, result)}`);
    }
    return [...lines, ...repeated.flatMap((one) => this.repeated(one))];
  }

  /** A run of a scenario, row by row, with its faults marked. */
  scenario(trace: RunTrace, faults: readonly string[]): string[] {
    const deviating = trace.rows.filter(({ preempts }) => preempts !== undefined);
    const befalls = deviating.filter(({ text }) => faults.some((fault) => text.startsWith(fault))).length;
    const early = "comes before what was asked for earlier";
    const does = befalls === 0 ? early : befalls === deviating.length ? "is a fault" : `is a fault, or ${early}`;
    return this.#rows({ ...trace, rows: trace.rows.map((row) => this.#cut(row, trace.tasks)) }, {
      preempts: `» ${does}`,
    });
  }

  /** A row that fits on a line of its own, as far as its label allows: an answer may be long. */
  #cut(row: RunTrace["rows"][number], tasks: readonly string[]): RunTrace["rows"][number] {
    const [label = ""] = row.text.split(": ", 1);
    const room = this.#width - LEAD - Math.max(...tasks.map(({ length }) => length));
    const most = Math.max(label.length + MARKED, room);
    return row.text.length <= most ? row : { ...row, text: `${row.text.slice(0, most - 1).trimEnd()}…` };
  }

  /** A run, row by row. */
  trace(trace: RunTrace, { lanes = false }: ShownOptions = {}): string[] {
    return [
      ...this.#rows(trace, { preempts: "» preempts a task that could go on" }),
      ...lanes ? ["", ...this.lanes(spansOf(trace), trace.tasks)] : [],
    ];
  }

  #rows(trace: RunTrace, { preempts }: { readonly preempts: string }): string[] {
    const lines = traceLines(trace, { width: this.#width, nameOf: shortName });
    const colors = { head: 1, preemption: 33, race: 31, note: 2, row: 0 } as const;
    const marks = [
      ...trace.rows.some(({ preempts }) => preempts !== undefined) ? [preempts] : [],
      ...trace.rows.some(({ races }) => races) ? ["≠ nothing orders the two"] : [],
    ];
    return [
      ...lines.map(({ text, kind }) => kind === "row" ? text : this.#paint(colors[kind], text)),
      ...marks.length === 0 ? [] : [this.#paint(2, `      ${marks.join("; ")}`)],
    ];
  }

  /** The lines about how often a mode had the model's outcome. */
  repeated({ mode, times, reproduced, fault }: Repeated): string[] {
    const good = reproduced === times;
    const head = `${mode} mode: ${
      this.#paint(good ? 32 : 31, `${reproduced} of ${times}`)
    } runs had the model's outcome`;
    return this.#wrap(fault === undefined ? head : `${head}; ${plain(fault)}`);
  }

  /** The table of all programs. */
  table(all: readonly Explored[]): string[] {
    const rows = all.map((explored) => {
      const { subject: { program, variant }, result, ms } = explored;
      const bug = result.verdict === "bug" ? result : undefined;
      return {
        ok: isDeclared(explored),
        cells: [
          program.name,
          variant,
          bug?.kind ?? result.verdict,
          bug === undefined ? "" : `${bug.preemptions}${bug.minimal ? "" : "?"}`,
          String(result.schedules),
          ms.toFixed(0),
        ],
      };
    });
    const heads = ["program", "variant", "found", "preemptions", "schedules", "ms"];
    const widths = heads.map((head, at) => Math.max(head.length, ...rows.map(({ cells }) => cells[at]?.length ?? 0)));
    const line = (cells: readonly string[]) => {
      return cells.map((cell, at) => at < 3 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)).join("  ");
    };
    return [
      this.#paint(1, line(heads)),
      ...rows.map(({ cells, ok }) =>
        `${line(cells)}  ${ok ? this.#paint(32, "as declared") : this.#paint(31, "NOT DECLARED")}`
      ),
    ];
  }

  #outcomes({ distinct, outcomes }: ExploreResult): string[] {
    const [only] = outcomes;
    if (outcomes.length === 1 && only !== undefined) return this.#wrap(`Its only outcome: ${this.#show(only.outcome)}`);
    if (only === undefined) return [];
    const few = outcomes.slice(0, MOST_OUTCOMES);
    const width = Math.max(...few.map(({ count }) => String(count).length));
    const more = distinct - few.length;
    return [
      "Its outcomes, each with its number of schedules:",
      ...few.flatMap(({ outcome, count }) => {
        return this.#wrap(`  ${String(count).padStart(width)}  ${this.#show(outcome)}`, " ".repeat(width + 6));
      }),
      ...more > 0 ? [`  and ${more} more`] : [],
    ];
  }

  #show(value: unknown): string {
    return shown(value, { colors: this.#colors });
  }

  #wrap(text: string, indent = "  "): string[] {
    return wrapped(text, this.#width, indent);
  }

  #paint(code: number, text: string): string {
    return this.#colors ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** When it was found, and how many schedules were run for better evidence. */
export function foundText({ foundAt, schedules }: ExploredEvidence): string {
  const found = `Found after ${counted(foundAt, "schedule")}`;
  return foundAt === schedules ? `${found}.` : `${found}; ${schedules - foundAt} more show nothing better.`;
}

/** A program's name, with its variant if it has several. */
export function nameOf({ program, variant }: Subject): string {
  return plain(program.name + (program.variants.length > 1 ? ` (${variant})` : ""));
}

function fewest({ preemptions, minimal }: Evidence): string {
  const number = counted(preemptions, "preemption");
  if (preemptions === 0) return "It needs no preemption.";
  return minimal ? `${number}; no schedule with fewer shows it.` : `${number}; whether fewer do is not known.`;
}

/** A message with its subject before it; a deadlock wait by wait. */
export function headLines(head: string, message: string): string[] {
  const [, waits] = /^Cannot go on: (task .* waits for .*)$/s.exec(message) ?? [];
  if (waits === undefined) return [`${head}: ${plain(message)}`];
  return [head, ...waits.split(/; (?=task )/).map((wait) => `  ${plain(wait.replace(/^task /, ""))}`)];
}
