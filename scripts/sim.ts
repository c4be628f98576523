/**
 * `deno task sim`: busy systems delegated to workers, in the layout of the original; see `--help`.
 *
 * Exit codes: 0 it ran, 1 a worker failed, 2 wrong arguments, 130 Ctrl-C, 141 nobody reads the output any longer.
 *
 * @module
 */

import { type FarError, formatGeneral, GuestDiedError, GuestError, Host, type ModeName } from "../mod.ts";
import { UsageError } from "./sim/arguments.ts";
import { runCase, type RunReport } from "./sim/experiment.ts";
import { type Case, readFlags, type Request, USAGE } from "./sim/flags.ts";
import { OutputClosedError, printLine } from "./sim/output.ts";
import { Progress } from "./sim/progress.ts";
import { TraceFile } from "./sim/trace_file.ts";

const TITLES: Readonly<Record<ModeName, string>> = {
  direct: "DirectWorker",
  thread: "ThreadWorker",
  process: "MultiprocessWorker",
};

/** How long the signal that ended a guest may take to reach this process as well, in milliseconds. */
const SIGNAL_LATE = 500;

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const request = readFlags(args);
    if (request !== undefined) return await runAll(request);
    printLine(USAGE);
    return 0;
  } catch (error) {
    if (error instanceof OutputClosedError) return 141;
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

async function runAll(request: Request): Promise<number> {
  const { cases, json, explain } = request;
  const file = request.trace === undefined ? undefined : new TraceFile(request.trace);
  const runs: RunReport[] = [];
  let failure: { readonly error: unknown } | undefined;
  try {
    for (const run of cases) {
      for (const mode of run.modes) runs.push(await runOne(run, mode, { request, file }));
    }
  } catch (error) {
    if (error instanceof OutputClosedError) throw error;
    failure = { error };
    console.error(describe(error));
  }
  file?.save();
  if (json) printLine(JSON.stringify(failure === undefined ? { runs } : { runs, error: errorData(failure.error) }));
  if (!explain) runs.filter(({ rate }) => rate > 1).forEach((run) => console.error(explanation(run)));
  return failure === undefined ? 0 : 1;
}

async function runOne(
  run: Case,
  mode: ModeName,
  { request, file }: { request: Request; file: TraceFile | undefined },
): Promise<RunReport> {
  const host = new Host(request.timeout === undefined ? {} : { timeout: request.timeout });
  const progress = new Progress(`${mode} mode, ${run.systems} system${run.systems === 1 ? "" : "s"}`, run.duration);
  const print = (line: string) => {
    if (request.json) return;
    progress.clear();
    printLine(line);
  };
  const letGo = mode === "direct" ? () => {} : endOnSignals(host);
  try {
    print("");
    const deterministic = run.deterministic ? "True" : "False";
    print(`${TITLES[mode]}, num_systems=${run.systems}, deterministic=${deterministic}`);
    print(`  period_sec=${formatGeneral(run.period, 4)}, t_sim=${formatGeneral(run.duration, 2)}`);
    const report = await runCase(run, { mode, host, trace: file?.trace, print, progress: (t) => progress.at(t) });
    const rate = `Rate: ${formatGeneral(report.rate)}`;
    print(request.explain ? `${rate} (${limitText(report)})` : rate);
    print(`y: ${[...new Set(report.y.map((y) => formatGeneral(y)))].join(", ")}`);
    if (!run.deterministic) print(`Lag: ${report.lag} periods at most`);
    if (request.explain && report.overruns > 0) print(`Overruns: ${report.overruns} of ${report.updates} steps`);
    return report;
  } catch (error) {
    // Ctrl-C in a terminal reaches the guests as well, and a guest's end may be heard of before the signal.
    if (error instanceof GuestDiedError && /SIG(INT|TERM|HUP)/.test(error.message)) {
      await new Promise((resolve) => setTimeout(resolve, SIGNAL_LATE));
    }
    throw error;
  } finally {
    progress.clear();
    await host.close();
    letGo();
  }
}

/** Ends everything on Ctrl-C; without guests the default of the system is better, since a busy caller hears no event. */
function endOnSignals(host: Host): () => void {
  const end = (code: number) => () => {
    host.kill();
    Deno.exit(code);
  };
  const listeners: [Deno.Signal, () => void][] = [["SIGINT", end(130)]];
  if (Deno.build.os !== "windows") listeners.push(["SIGTERM", end(143)], ["SIGHUP", end(129)]);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  };
}

function limitText({ limit, limitReason }: RunReport): string {
  return limit === null ? `no limit: ${limitReason}` : `limit ${formatGeneral(limit)}: ${limitReason}`;
}

function explanation(report: RunReport): string {
  return `${TITLES[report.mode]}: the rate ${formatGeneral(report.rate)} exceeds 1 (${limitText(report)})`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `Cannot go on: ${error}`;
  const far = error instanceof GuestError ? `\n${farStack(error.far)}` : "";
  return `${error.name}: ${error.message}${far}`;
}

function farStack({ stack, cause }: FarError): string {
  return cause === undefined ? stack : `${stack}\nCaused by: ${farStack(cause)}`;
}

function errorData(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: "thrown value", message: String(error) };
  return { ...error, name: error.name, message: error.message };
}

// A thread that is stuck would keep the process alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
