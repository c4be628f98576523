/**
 * `deno task run`: runs a program in one or more modes, and checks that its outcome is the same; see `--help`.
 *
 * Exit codes: 0 if all outcomes are declared and equal; 1 if one is not, or a run failed; 2 for wrong arguments; 130
 * after Ctrl-C; 141 if nobody reads the output anymore.
 */

import type { Host, ModeName, Observer, ProgramReport, RunnableProgram, Span } from "../mod.ts";
import { isProgram, settingsOf } from "../mod.ts";
import { CommandHost } from "./command/command_host.ts";
import { needsOf } from "../lib/host/mod.ts";
import { isFailed, type SettingsOptions } from "../lib/program/mod.ts";
import { runCommand } from "./command/ending.ts";
import { withEngine } from "./command/engine_flags.ts";
import { stackLines } from "./command/failure.ts";
import { printLine, writeToStderr } from "./command/output.ts";
import { Progress } from "./command/progress.ts";
import { helpText, plain } from "./command/text.ts";
import { awaitSignal, endOnSignals } from "./command/signals.ts";
import { type TraceFile, tracing } from "./command/trace_file.ts";
import { lanesOf } from "./run/lanes.ts";
import { documentText, isGood, Paper, type Runs, runsData, type SeenReport } from "./run/report.ts";
import { readRequest, type Request } from "./run/request.ts";
import type { Subject } from "./run/subject.ts";

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const request = await readRequest(args);
  if (typeof request !== "string") {
    return await withEngine(request.engine) ?? await tracing(request.trace, (file) => runEach(request, file));
  }
  printLine(helpText(request, args));
  return 0;
}

async function runEach(request: Request, file: TraceFile | undefined): Promise<number> {
  const paper = new Paper({ colors: Deno.stdout.isTerminal() && !Deno.noColor, width: request.width });
  const all: Runs[] = [];
  await using host = new CommandHost({ engine: request.engine });
  for (const subject of request.subjects) {
    const print = (lines: readonly string[]) => request.json ? undefined : lines.forEach(printLine);
    print([...all.length > 0 ? [""] : [], ...paper.head(subject)]);
    const runs = await runModes(subject, { request, host, file, each: (report) => print(paper.run(report)) });
    print(paper.foot(runs));
    runs.reports.filter(({ ok }) => !ok).forEach(tellStacks);
    all.push(runs);
  }
  if (request.json) {
    const documents = all.map(runsData);
    printLine(documentText(request.all ? { programs: documents } : documents[0]));
  }
  return all.every(isGood) ? 0 : 1;
}

/** The options that all runs of a command share. */
interface Shared {
  readonly request: Request;
  readonly host: Host;
  readonly file: TraceFile | undefined;
  /** Called when a run has ended. */
  each(report: SeenReport): void;
}

async function runModes(subject: Subject, shared: Shared): Promise<Runs> {
  const reports: SeenReport[] = [];
  let failure: Runs["failure"];
  for (const mode of shared.request.modes) {
    try {
      const report = await runOne(subject, mode, shared);
      await awaitSignal(report.errors.map(({ message }) => message).join());
      reports.push(report);
    } catch (error) {
      failure = { error };
      break;
    }
    shared.each(reports.at(-1) as SeenReport);
  }
  return { subject, reports, failure };
}

async function runOne(
  { program, variant, parameters }: Subject,
  mode: ModeName,
  { request: { seed, timeout, lanes, engine }, host: shared, file }: Shared,
): Promise<SeenReport> {
  const needs = needsOf(program, { variant, parameters, seed });
  await using own = Object.keys(needs).length === 0 ? undefined : new CommandHost({ ...needs, engine });
  const host = own ?? shared;
  let at = "";
  using _progress = Progress.ofTime((seconds) => `${program.name} in ${mode} mode: ${seconds.toFixed(1)} s${at}`);
  const progress = (text: string) => {
    at = `, ${plain(text)}`;
  };
  // Without guests the system's default is better, since a busy caller handles no events.
  const unsubscribe = mode === "direct" ? () => {} : endOnSignals(host, () => file?.awaitSaved());
  try {
    const spans: Span[] = [];
    const traced = file?.process(`${program.name} (${variant}), ${mode} mode`, { start: 0 });
    const observers = [
      ...traced === undefined ? [] : [traced],
      ...lanes ? [(span: Span) => void spans.push(span)] : [],
    ];
    const clock = mode === "direct" && isProgram(program) ? "virtual" : "real";
    const observe = observer(observers, clock);
    const report = await host.run(program, { mode, variant, parameters, seed, timeout, observe, progress });
    if (!lanes) return report;
    const names = namesOf(program, { variant, parameters, seed });
    return { ...report, clock, lanes: lanesOf(spans, { names, deadlocked: deadlockedIn(report) }) };
  } finally {
    unsubscribe();
  }
}

/** Shifts each run to begin at 0, so that the modes can be compared: only the virtual clock begins at 0 by itself. */
function observer(observers: readonly Observer[], clock: "virtual" | "real"): Observer | undefined {
  if (observers.length === 0) return undefined;
  const begun = performance.timeOrigin + performance.now();
  return (span) => {
    // In direct mode, what a host program runs has a virtual clock, too.
    const start = clock === "virtual" || span.finished < begun / 2 ? 0 : begun;
    const [started, finished] = [span.started - start, span.finished - start];
    const shown = start === 0 ? span : { ...span, started, finished, t: finished };
    for (const observe of observers) observe(shown);
  };
}

/** The names of the tasks that a deadlock ended. */
function deadlockedIn({ outcome }: ProgramReport): readonly string[] {
  return isFailed(outcome)
    ? outcome.failed.filter(({ error }) => error === "DeadlockError").map(({ task }) => task)
    : [];
}

/** The names of a program's tasks, if it has any. */
function namesOf(program: RunnableProgram, options: SettingsOptions): readonly string[] {
  return isProgram(program) ? program.tasks(settingsOf(program, options)).map(({ name }) => name) : [];
}

/** Deaths from outside, which the report fully describes. */
const FROM_OUTSIDE = ["DeadlockError", "GuestTimeoutError", "GuestDiedError", "StoppedError"];

/** Prints the stacks of undeclared failures on stderr. */
function tellStacks({ mode, errors }: ProgramReport): void {
  const own = errors.filter(({ name }) => !FROM_OUTSIDE.includes(name));
  for (const error of own) {
    const head = `In ${mode} mode: ${plain(`${error.name}: ${error.message}`)}`;
    writeToStderr([head, ...stackLines(error)].map((line) => `${line}\n`).join(""));
  }
}

if (import.meta.main) await runCommand(main);
