/**
 * A run of a host program: awaits its `main`, and does not hang if that never ends.
 *
 * - When the time is over or the host closes, its signal is aborted with an error that says so; one second later the
 *   run ends with that error, whether `main` has ended or not.
 * - If `main` throws, the outcome is that the task `main` failed. If it was told to end and its error says only that it
 *   was canceled, the outcome gives the reason instead.
 * - After the run, anything that `main` still does is ignored.
 */

import { farError, GuestDiedError, GuestTimeoutError } from "../../errors.ts";
import { type Settings, settingsOf } from "../../program/mod.ts";
import { after, limit, now } from "../../platform/mod.ts";
import type { AnyHostProgram, HostContext, HostEnd, ProgramHost } from "./host_program.ts";
import { failedOutcome, type ProgramReport, reportOf, type TaskFault } from "./report.ts";
import type { ProgramOptions } from "./run.ts";

/** How long `main` may take to end once told to, in milliseconds. */
const GRACE = 1000;

/** The runner of a host program. */
export interface HostProgramRunner {
  /** The host. */
  readonly host: ProgramHost;
  /** How guests of the mode reach their memory. */
  readonly transport: ProgramReport["transport"];
  /** Aborted when the host closes. */
  readonly closing: AbortSignal;
}

/** How `main` ended. */
type MainEnd = { readonly end: HostEnd<unknown> } | { readonly error: unknown };

/**
 * Prepares a run; the returned function runs the program and reports the outcome.
 *
 * @throws {RangeError} if the settings do not match the program's parameters, or it rejects them.
 * @throws {TypeError} if it is to follow a script.
 */
export function hostJob(
  program: AnyHostProgram,
  options: ProgramOptions,
): (runner: HostProgramRunner) => Promise<ProgramReport> {
  const { name } = program;
  const settings = settingsOf(program, options);
  const time = limit(options.timeout, { act: `run ${name}`, positive: true });
  program.validate(settings);
  if (options.script === undefined) {
    return (runner) => run(program, { ...options, settings, limit: time }, runner);
  }
  throw new TypeError(
    `Cannot run ${name} by a script: its main runs on the host, a program of shared memory is wanted`,
  );
}

async function run(
  program: AnyHostProgram,
  { settings, mode, limit, observe, progress }: ProgramOptions & {
    readonly settings: Settings;
    readonly limit: number;
  },
  { host, transport, closing }: HostProgramRunner,
): Promise<ProgramReport> {
  const { name } = program;
  const told = new AbortController();
  const over = Promise.withResolvers<MainEnd>();
  let stopTimer: (() => void) | undefined;
  const tell = (error: Error) => {
    told.abort(error);
    stopTimer ??= after(GRACE, () => over.resolve({ error: told.signal.reason }));
  };
  const close = () => tell(new GuestDiedError({ guest: name, mode, cause: "its host was closed" }));
  const late = () => tell(new GuestTimeoutError({ guest: name, mode, seconds: limit / 1000 }));
  closing.addEventListener("abort", close);
  const stop = after(limit, late);

  let ended = false;
  const context: HostContext = {
    mode,
    host,
    settings,
    signal: told.signal,
    observe: observe === undefined ? undefined : (span) => ended ? undefined : observe(span),
    progress: (text) => ended ? undefined : progress?.(text),
  };
  const started = now();
  const result = await Promise.race([endOf(program, context), over.promise]);
  ended = true;
  const ms = now() - started;
  stop();
  stopTimer?.();
  closing.removeEventListener("abort", close);
  const failures = "error" in result ? [faultOf(result.error, told.signal)] : [];
  const { outcome, tables = [] } = "end" in result ? result.end : { outcome: failedOutcome(failures) };
  return reportOf(program, { settings, mode, transport, outcome, ms, failures, tables });
}

async function endOf(program: AnyHostProgram, context: HostContext): Promise<MainEnd> {
  try {
    return { end: checked(program.name, await program.main(context)) };
  } catch (error) {
    return { error };
  }
}

function faultOf(error: unknown, told: AbortSignal): TaskFault {
  const isCancelled = told.aborted && error instanceof Error && error.name === "CancelledError";
  return { task: "main", far: farError(isCancelled ? told.reason : error) };
}

function checked(name: string, end: HostEnd<unknown>): HostEnd<unknown> {
  if (typeof end === "object" && end !== null && "outcome" in end) return end;
  throw new TypeError(`Cannot read the outcome of ${name}: its main returned ${String(end)}, { outcome } is wanted`);
}
