/**
 * `deno task sim`: busy systems delegated to workers, in the layout of the original; see `--help`.
 *
 * Exit codes: 0 it ran, 1 a worker failed, 2 wrong arguments, 130 Ctrl-C.
 *
 * @module
 */

import { ChromeTrace, type FarError, formatGeneral, GuestError, Host, type ModeName } from "../mod.ts";
import { runCase, type RunReport } from "./sim/experiment.ts";
import { type Case, readFlags, type Request, USAGE, UsageError } from "./sim/flags.ts";
import { Progress } from "./sim/progress.ts";

const TITLES: Readonly<Record<ModeName, string>> = {
  direct: "DirectWorker",
  thread: "ThreadWorker",
  process: "MultiprocessWorker",
};

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let request: Request | undefined;
  try {
    request = readFlags(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
  if (request === undefined) {
    console.log(USAGE);
    return 0;
  }
  const runs: RunReport[] = [];
  const trace = request.trace === undefined ? undefined : new ChromeTrace();
  try {
    for (const run of request.cases) {
      for (const mode of run.modes) runs.push(await runOne(run, mode, request, trace));
    }
    if (request.trace !== undefined) await Deno.writeTextFile(request.trace, JSON.stringify(trace));
  } catch (error) {
    console.error(describe(error));
    if (request.json) console.log(JSON.stringify({ runs, error: errorData(error) }));
    return 1;
  }
  if (request.json) console.log(JSON.stringify({ runs }));
  if (!request.explain) runs.filter(({ rate }) => rate > 1).forEach((run) => console.error(explanation(run)));
  return 0;
}

async function runOne(
  run: Case,
  mode: ModeName,
  request: Request,
  trace: ChromeTrace | undefined,
): Promise<RunReport> {
  const print = request.json ? () => {} : (line: string) => console.log(line);
  const host = new Host(request.timeout === undefined ? {} : { timeout: request.timeout });
  const progress = new Progress(`${mode} mode, ${run.systems} systems`, run.duration);
  const letGo = mode === "direct" ? () => {} : endOnSignals(host);
  try {
    print("");
    const deterministic = run.deterministic ? "True" : "False";
    print(`${TITLES[mode]}, num_systems=${run.systems}, deterministic=${deterministic}`);
    print(`  period_sec=${formatGeneral(run.period, 4)}, t_sim=${formatGeneral(run.duration, 2)}`);
    const report = await runCase(run, { mode, host, trace, print, progress: (t) => progress.at(t) });
    progress.done();
    const rate = `Rate: ${formatGeneral(report.rate)}`;
    print(request.explain ? `${rate} (${limitText(report)})` : rate);
    print(`y: ${[...new Set(report.y.map((y) => formatGeneral(y)))].join(", ")}`);
    if (!run.deterministic) print(`Lag: ${report.lag} periods at most`);
    return report;
  } finally {
    progress.done();
    letGo();
    await host.close();
  }
}

/** Ends everything on Ctrl-C; without guests the default of the system is better, since a busy caller hears no event. */
function endOnSignals(host: Host): () => void {
  const end = (code: number) => () => {
    host.kill();
    Deno.exit(code);
  };
  const listeners: [Deno.Signal, () => void][] = [["SIGINT", end(130)], ["SIGTERM", end(143)]];
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
