/**
 * The reports of exploring a scenario, or replaying a schedule of one: lines for people, and the document of `--json`.
 *
 * - A column is a chain of events that follow from each other. A deviation is a departure from the order of asking.
 */

import type { BugKind, RunTrace } from "../../lib/explorer/mod.ts";
import type { ScenarioReplay, ScenarioReport } from "../../lib/scenario/mod.ts";
import { called, shellWord } from "../command/called.ts";
import { counted, plain, plainLines, shown } from "../command/text.ts";
import { lanesOf } from "../run/lanes.ts";
import { passLines } from "./pass_lines.ts";
import { foundText, type Paper, resultData, traceData } from "./report.ts";
import { chainSpans } from "./spans.ts";

/** The subject of a report, and how to show it. */
export interface ScenarioShown {
  /** Its name on the command line. */
  readonly target: string;
  /** The flags for a command that repeats the other settings. */
  readonly flags: readonly string[];
  /** Whether to draw lanes. */
  readonly lanes: boolean;
  /** The link to the page, if there is one. */
  readonly page?: string | undefined;
  /** Whether only something specific was looked for (`--find`). */
  readonly isSought?: boolean;
  /** The kinds of bugs that do not count. */
  readonly ignored?: readonly BugKind[];
  /** Whether Ctrl-C ended it. */
  readonly interrupted?: boolean;
}

/** The result as plain data. */
export function scenarioData(
  { scenario, module, drain, callsExpect, result, trace, faults, needsFault, printed }: ScenarioReport,
  { target, flags, lanes, page, interrupted = false }: ScenarioShown,
): Record<string, unknown> {
  return {
    scenario,
    module,
    drain,
    callsExpect,
    ...resultData(result),
    ..."schedule" in result ? { faults, needsFault } : {},
    ...interrupted ? { interrupted } : {},
    ..."schedule" in result ? { replay: replayLine(result.schedule, { target, flags }) } : {},
    ...page === undefined ? {} : { page },
    ...trace === undefined ? {} : { trace: { ...scenarioTraceData(trace, lanes), printed } },
  };
}

/** The result of a schedule as plain data. */
export function replayedData(replayed: ScenarioReplay, schedule: string, lanes: boolean): Record<string, unknown> {
  const { scenario, outcome, finding, preemptions, faults, trace, printed } = replayed;
  return {
    scenario,
    schedule,
    kind: finding?.kind ?? null,
    message: finding?.message ?? null,
    preemptions,
    faults,
    outcome: outcome ?? null,
    trace: { ...scenarioTraceData(trace, lanes), printed },
  };
}

function scenarioTraceData(trace: RunTrace, lanes: boolean): Record<string, unknown> {
  const data = traceData(trace);
  return lanes ? { ...data, lanes: lanesOf(chainSpans(trace), { names: trace.tasks }) } : data;
}

/** The line that replays a schedule. */
function replayLine(schedule: string, { target, flags }: Pick<ScenarioShown, "target" | "flags">): string {
  return [called("deno task replay"), ...[target, schedule, ...flags].map(shellWord)].join(" ");
}

/** The hint if no run called `expect`; code may also assert by throwing. */
const UNEXPECTING = "No run called `expect`, so only errors, hangs, leaks and livelocks could be found.";

/** The result as lines. */
export function scenarioLines(report: ScenarioReport, how: ScenarioShown, paper: Paper): string[] {
  const { scenario, drain, result, trace, printed, faults } = report;
  const why = how.flags.includes("--drain") ? "It" : "It uses classes of the platform, so it";
  const where = drain === "turn"
    ? paper.wrapped(`${why} ran in the realm of the command: each step took a turn of the event loop.`)
    : [];
  const name = paper.painted(1, plain(scenario));
  const lines = how.interrupted ? [paper.painted(33, "Interrupted: these are the results so far.")] : [];
  if (!("schedule" in result)) {
    const verdict = paper.painted(
      result.verdict === "proved" ? 32 : 33,
      result.verdict.toUpperCase().replace("-", " "),
    );
    const [head = "", ...rest] = passLines(result, { of: "scenario", isSought: false, ignored: [], ...how });
    const hint = report.callsExpect || how.isSought ? [] : [UNEXPECTING];
    lines.push(...[`${name}: ${verdict}, ${head}`, ...rest, ...hint].flatMap((line) => paper.wrapped(line)));
    const returns = result.outcomes.some(({ outcome }) => outcome !== undefined);
    return [...lines, ...where, ...returns ? paper.outcomes(result) : []];
  }
  const head = result.verdict === "bug" ? `${paper.painted(31, "BUG")}, ${result.kind}` : paper.painted(32, "FOUND");
  const [first = "", ...waits] = result.message.split("\n");
  lines.push(...paper.wrapped(`${name}: ${head}: ${plain(first)}`, "    "));
  lines.push(...waits.flatMap((wait) => paper.wrapped(`  ${plain(wait)}`, "      ")));
  const needs = result.preemptions === 0
    ? "The default order shows it."
    : `${counted(result.preemptions, "deviation")} from the order; ${
      result.minimal ? "no schedule with fewer shows it" : "whether fewer do is not known"
    }.`;
  lines.push(...paper.wrapped(`${needs} ${foundText(result)}`));
  lines.push(...faultsText(report).flatMap((text) => paper.wrapped(text)), ...where);
  if (trace !== undefined) lines.push("", ...runLines({ trace, printed, faults, lanes: how.lanes }, paper));
  if (result.outcome !== undefined) lines.push("", ...outcomeLine(result.outcome, paper));
  if (result.verdict !== "bug" || result.kind !== "nondeterminism") {
    lines.push("", `Replay: ${replayLine(result.schedule, how)}`);
    if (how.page !== undefined) lines.push(...paper.wrapped(`On the page: ${how.page}`));
  }
  return lines;
}

/** The lines about faults in the shown run. */
function faultsText({ faults, needsFault }: ScenarioReport): readonly string[] {
  if (faults.length === 0) return [];
  const told = faults.map(plain).join("; ");
  if (!needsFault) return [`This run has ${faults.length === 1 ? "a fault" : "faults"}: ${told}.`];
  return [`It needs ${faults.length === 1 ? "a fault" : "faults"}; no order alone shows it: ${told}.`];
}

/** A schedule's run as lines. */
export function replayedLines(
  { scenario, finding, outcome, trace, printed, faults }: ScenarioReplay,
  lanes: boolean,
  paper: Paper,
): string[] {
  const [first = "no bug in this schedule", ...waits] = finding?.message.split("\n") ?? [];
  const head = finding === undefined ? first : `${finding.kind}: ${first}`;
  return [
    ...paper.wrapped(`${plain(scenario)}: ${plain(head)}`, "    "),
    ...waits.flatMap((wait) => paper.wrapped(`  ${plain(wait)}`, "      ")),
    "",
    ...runLines({ trace, printed, faults, lanes }, paper),
    ...outcome === undefined ? [] : ["", ...outcomeLine(outcome, paper)],
  ];
}

function outcomeLine(outcome: unknown, paper: Paper): string[] {
  return paper.wrapped(`Outcome: ${shown(outcome, { colors: false })}`);
}

function runLines(
  { trace, printed, faults, lanes }:
    & Pick<ScenarioReplay, "trace" | "printed" | "faults">
    & { readonly lanes: boolean },
  paper: Paper,
): string[] {
  const isEmpty = trace.rows.length === 0;
  return [
    ...isEmpty ? ["There are no outside events."] : paper.scenario(trace, faults),
    ...lanes && !isEmpty ? ["", ...paper.lanes(chainSpans(trace), trace.tasks)] : [],
    ...printed.length === 0 ? [] : ["", "It prints:", ...printed.flatMap((text) => plainLines(text, "  "))],
  ];
}
