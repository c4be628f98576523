/**
 * `deno task sim`: busy systems delegated to workers, in the layout of the original; see `--help`.
 *
 * Exit codes: 0 it ran, 1 a worker failed, 2 wrong arguments, 130 Ctrl-C, 141 nobody reads the output any longer.
 */

import { formatGeneral } from "../lib/blocks/mod.ts";
import { GuestDiedError } from "../lib/errors.ts";
import type { ModeName } from "../lib/host/mod.ts";
import { CommandHost } from "./command/command_host.ts";
import { runCommand } from "./command/ending.ts";
import { describe, errorData } from "./command/failure.ts";
import { complain, OutputError, printLine } from "./command/output.ts";
import { Progress } from "./command/progress.ts";
import { awaitSignal, endOnSignals } from "./command/signals.ts";
import { type TraceFile, tracing } from "./command/trace_file.ts";
import { runCase, type RunReport } from "./sim/experiment.ts";
import { type Case, readFlags, type Request, USAGE } from "./sim/flags.ts";

const TITLES: Readonly<Record<ModeName, string>> = {
  direct: "DirectWorker",
  thread: "ThreadWorker",
  process: "MultiprocessWorker",
};

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const request = readFlags(args);
  if (request !== undefined) return await tracing(request.trace, (file) => runCases(request, file));
  printLine(USAGE);
  return 0;
}

async function runCases(request: Request, file: TraceFile | undefined): Promise<number> {
  const { cases, json, explain } = request;
  const runs: RunReport[] = [];
  let failure: { readonly error: unknown } | undefined;
  try {
    for (const run of cases) {
      for (const mode of run.modes) runs.push(await runOne(run, mode, { request, file }));
    }
  } catch (error) {
    if (error instanceof OutputError) throw error;
    failure = { error };
    complain(`${describe(error)}\n`);
  }
  if (json) printLine(JSON.stringify(failure === undefined ? { runs } : { runs, error: errorData(failure.error) }));
  if (!explain) runs.filter(({ rate }) => rate > 1).forEach((run) => complain(`${explanation(run)}\n`));
  return failure === undefined ? 0 : 1;
}

async function runOne(
  run: Case,
  mode: ModeName,
  { request, file }: { request: Request; file: TraceFile | undefined },
): Promise<RunReport> {
  const host = new CommandHost(request.timeout === undefined ? {} : { timeout: request.timeout });
  const what = `${mode} mode, ${run.systems} system${run.systems === 1 ? "" : "s"}`;
  using progress = new Progress((t) => `${what}: t = ${t.toPrecision(3)} of ${run.duration} s`);
  const print = (line: string) => {
    if (request.json) return;
    progress.clear();
    printLine(line);
  };
  // Without guests the default of the system is better, since a busy caller hears no event.
  const letGo = mode === "direct" ? () => {} : endOnSignals(host, () => file?.awaitSaved());
  try {
    print("");
    const deterministic = run.deterministic ? "True" : "False";
    print(`${TITLES[mode]}, num_systems=${run.systems}, deterministic=${deterministic}`);
    print(`  period_sec=${formatGeneral(run.period, 4)}, t_sim=${formatGeneral(run.duration, 2)}`);
    const report = await runCase(run, { mode, host, file, print, progress: (t) => progress.at(t) });
    const rate = `Rate: ${formatGeneral(report.rate)}`;
    print(request.explain ? `${rate} (${limitText(report)})` : rate);
    print(`y: ${[...new Set(report.y.map((y) => formatGeneral(y)))].join(", ")}`);
    if (!run.deterministic) print(`Lag: ${report.lag} periods at most`);
    if (request.explain && report.overruns > 0) print(`Overruns: ${report.overruns} of ${report.updates} steps`);
    return report;
  } catch (error) {
    if (error instanceof GuestDiedError) await awaitSignal(error.message);
    throw error;
  } finally {
    progress.clear();
    await host.close();
    letGo();
  }
}

function limitText({ limit, limitReason }: RunReport): string {
  return limit === null ? `no limit: ${limitReason}` : `limit ${formatGeneral(limit)}: ${limitReason}`;
}

function explanation(report: RunReport): string {
  return `${TITLES[report.mode]}: the rate ${formatGeneral(report.rate)} exceeds 1 (${limitText(report)})`;
}

if (import.meta.main) await runCommand(main);
