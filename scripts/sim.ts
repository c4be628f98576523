/**
 * `deno task sim`: simulates busy systems delegated to workers, and measures the rate; see `--help`.
 *
 * Exit codes: 0 if it ran; 1 if a worker failed; 2 for wrong arguments; 130 after Ctrl-C; 141 if nobody reads the
 * output anymore.
 */

import { GuestDiedError } from "../lib/errors.ts";
import type { ModeName } from "../lib/host/mod.ts";
import { CommandHost } from "./command/command_host.ts";
import { runCommand } from "./command/ending.ts";
import { withEngine } from "./command/engine_flags.ts";
import { errorData, failureLines } from "./command/failure.ts";
import { OutputError, printLine, writeToStderr } from "./command/output.ts";
import { Progress } from "./command/progress.ts";
import { counted, helpText } from "./command/text.ts";
import { awaitSignal, endOnSignals } from "./command/signals.ts";
import { type TraceFile, tracing } from "./command/trace_file.ts";
import { busyDiagram } from "./sim/busy.ts";
import type { Case } from "./sim/case.ts";
import { runCase, type RunReport } from "./sim/experiment.ts";
import { explanation, original } from "./sim/original.ts";
import { Seeing } from "./sim/seeing.ts";
import { ownPaper, type SimPaper } from "./sim/report.ts";
import { readFlags, type Request, USAGE } from "./sim/flags.ts";

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const request = readFlags(args);
  if (request !== undefined) {
    const other = await withEngine(request.engine);
    if (other !== undefined) return other;
    const seeing = new Seeing(request.seeing);
    return await tracing(request.trace, (file) => runCases(request, { file, seeing }));
  }
  printLine(helpText(USAGE, args));
  return 0;
}

async function runCases(
  request: Request,
  { file, seeing }: { readonly file: TraceFile | undefined; readonly seeing: Seeing },
): Promise<number> {
  const { cases, json, own, width } = request;
  const runs: RunReport[] = [];
  let failure: { readonly error: unknown } | undefined;
  const print = (lines: readonly string[]) => json ? undefined : lines.forEach(printLine);
  try {
    for (const run of cases) {
      const paper = own ? ownPaper(run, width) : original;
      print(paper.head(run));
      const first = runs.length;
      for (const mode of run.modes) runs.push(await runOne(run, mode, { request, file, seeing, paper }));
      print(paper.foot(runs.slice(first)));
      const profiles = runs.flatMap(({ mode, profile }) => profile === undefined ? [] : [[mode, profile] as const]);
      if (own) print(seeing.lines(run, { profiles, width, colors: Deno.stdout.isTerminal() && !Deno.noColor }));
      await seeing.write(
        run,
        (mode) => busyDiagram({ ...run, mode, work: 0, print: run.print ? () => {} : undefined }),
      );
    }
  } catch (error) {
    if (error instanceof OutputError) throw error;
    failure = { error };
    writeToStderr(failureLines(error, width).map((line) => `${line}\n`).join(""));
  }
  const all = runs.map((run, index) => ({ ...run, ...seeing.signals(index) }));
  if (json) {
    printLine(JSON.stringify(failure === undefined ? { runs: all } : { runs: all, error: errorData(failure.error) }));
  }
  if (!own) runs.filter(({ rate }) => rate > 1).forEach((run) => writeToStderr(`${explanation(run)}\n`));
  return failure === undefined ? 0 : 1;
}

async function runOne(
  run: Case,
  mode: ModeName,
  { request, file, seeing, paper }: {
    request: Request;
    file: TraceFile | undefined;
    seeing: Seeing;
    paper: SimPaper;
  },
): Promise<RunReport> {
  const { engine, timeout } = request;
  const host = new CommandHost({ engine, ...timeout === undefined ? {} : { timeout } });
  const what = `${mode} mode, ${counted(run.systems, "system")}`;
  using progress = new Progress((t) => `${what}: t = ${t.toPrecision(3)} of ${run.duration} s`);
  const print = (...lines: readonly string[]) => {
    if (request.json) return;
    progress.clear();
    lines.forEach(printLine);
  };
  // Without guests the system's default is better, since a busy caller handles no events.
  const unsubscribe = mode === "direct" ? () => {} : endOnSignals(host, () => file?.awaitSaved());
  try {
    print(...paper.begin(run, mode));
    const report = await runCase(run, {
      mode,
      host,
      file,
      profile: request.seeing.profile,
      ended: (report, trace) => seeing.add(report, trace),
      print: (line) => print(paper.row(line, mode)),
      progress: (t) => progress.at(t),
    });
    print(...paper.end(report));
    return report;
  } catch (error) {
    if (error instanceof GuestDiedError) await awaitSignal(error.message);
    throw error;
  } finally {
    progress.clear();
    await host.close();
    unsubscribe();
  }
}

if (import.meta.main) await runCommand(main);
