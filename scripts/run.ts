/**
 * `deno task run`: a program in one or more modes, and whether it comes out the same; see `--help`.
 *
 * Exit codes: 0 all outcomes are declared and equal, 1 one is not or could not be had, 2 wrong arguments, 130 Ctrl-C,
 * 141 nobody reads the output any longer.
 *
 * @module
 */

import { Host, type ModeName, type Observer, type ProgramReport } from "../mod.ts";
import { awaitSignal, endOnSignals, exitCode } from "./command/ending.ts";
import { farStack } from "./command/failure.ts";
import { printLine } from "./command/output.ts";
import { Progress } from "./command/progress.ts";
import { TraceFile } from "./command/trace_file.ts";
import { documentText, isGood, Paper, type Runs, runsData } from "./run/report.ts";
import { readRequest, type Request, type Subject } from "./run/request.ts";

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  return await exitCode(async () => {
    const request = await readRequest(args);
    if (typeof request !== "string") return await runAll(request);
    printLine(request);
    return 0;
  });
}

async function runAll(request: Request): Promise<number> {
  const file = request.trace === undefined ? undefined : new TraceFile(request.trace);
  const paper = new Paper({ colors: Deno.stdout.isTerminal() && !Deno.noColor });
  const all: Runs[] = [];
  await using host = new Host();
  for (const subject of request.subjects) {
    const print = (lines: readonly string[]) => request.json ? undefined : lines.forEach(printLine);
    print([...all.length > 0 ? [""] : [], ...paper.head(subject)]);
    const runs = await runModes(subject, { request, host, file, each: (report) => print(paper.run(report)) });
    print(paper.foot(runs));
    runs.reports.filter(({ ok }) => !ok).forEach(tellStacks);
    all.push(runs);
  }
  file?.save();
  if (request.json) {
    const documents = all.map(runsData);
    printLine(documentText(request.all ? { programs: documents } : documents[0]));
  }
  return all.every(isGood) ? 0 : 1;
}

/** What the runs of one command share. */
interface Shared {
  readonly request: Request;
  readonly host: Host;
  readonly file: TraceFile | undefined;
  /** Told of each run when it has ended. */
  each(report: ProgramReport): void;
}

async function runModes(subject: Subject, shared: Shared): Promise<Runs> {
  const reports: ProgramReport[] = [];
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
    shared.each(reports.at(-1) as ProgramReport);
  }
  return { subject, reports, failure };
}

async function runOne(
  { program, variant, parameters }: Subject,
  mode: ModeName,
  { request: { seed, timeout }, host, file }: Shared,
): Promise<ProgramReport> {
  using _progress = Progress.ofTime((seconds) => `${program.name} in ${mode} mode: ${seconds.toFixed(1)} s`);
  // Without guests the default of the system is better, since a busy caller hears no event.
  const letGo = mode === "direct" ? () => {} : endOnSignals(host);
  try {
    const observe = observer(file?.trace.process(`${program.name} (${variant}), ${mode} mode`), mode);
    return await host.run(program, { mode, variant, parameters, seed, timeout, observe });
  } finally {
    letGo();
  }
}

/** Shows each run from 0 on, so that the modes stand side by side: only the virtual clock begins there by itself. */
function observer(observe: Observer | undefined, mode: ModeName): Observer | undefined {
  if (observe === undefined || mode === "direct") return observe;
  const start = performance.timeOrigin + performance.now();
  return (span) => {
    const finished = span.finished - start;
    observe({ ...span, started: span.started - start, finished, t: finished });
  };
}

/** The stacks of failures that nobody declared, on stderr. */
function tellStacks({ mode, errors }: ProgramReport): void {
  for (const error of errors) console.error(`In ${mode} mode: ${farStack(error)}`);
}

// A thread that is stuck would keep the process alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
