/**
 * A run of a host program: its `main` awaited, with a way out when it does not end.
 *
 * - When the time is over, or the host is closed, its signal is aborted with an error that says so; a second later the run
 *   ends with that error, whether `main` has ended or not.
 * - What `main` throws is the outcome: the task `main` failed. Where it was told to end, and says no more than that it was
 *   cancelled, the outcome says why.
 * - Once the run is over nobody hears of what `main` still does.
 *
 * @example
 * ```ts
 * import { defineHostProgram } from "./host_program.ts";
 * import { Host } from "../host.ts";
 *
 * const late = defineHostProgram({
 *   name: "late",
 *   claim: "It waits until it is told to end.",
 *   module: import.meta.url,
 *   async main({ signal }) {
 *     await new Promise((resolve) => signal.addEventListener("abort", resolve));
 *     return { outcome: "told" };
 *   },
 *   expected: () => ["told"],
 * });
 * await using host = new Host();
 * const { ok } = await host.run(late, { mode: "direct", timeout: 0.01 });
 * if (!ok) throw new Error("it ends when its time is over");
 * ```
 *
 * @module
 */

import { farError, GuestDiedError, GuestTimeoutError } from "../../errors.ts";
import { type Settings, settingsOf } from "../../program/mod.ts";
import { now } from "../clock.ts";
import type { Host } from "../host.ts";
import type { AnyHostProgram, HostContext, HostEnd } from "./host_program.ts";
import { failedOutcome, type ProgramReport, reportOf, type TaskFault } from "./report.ts";
import { checkTimeout, type ProgramOptions } from "./run.ts";

/** How long a `main` that was told to end may take, in milliseconds. */
const GRACE = 1000;

/** Who runs it. */
export interface HostProgramRunner {
  /** The host. */
  readonly host: Host;
  /** How guests of the mode reach their memory. */
  readonly transport: ProgramReport["transport"];
  /** Aborted when the host is closed. */
  readonly closing: AbortSignal;
}

/** How `main` ended. */
type MainEnd = { readonly end: HostEnd<unknown> } | { readonly error: unknown };

/** A run to be. */
export interface HostJob {
  /** Runs the program and says what came out. */
  main(runner: HostProgramRunner): Promise<ProgramReport>;
}

/**
 * Prepares a run.
 *
 * @throws {RangeError} where the settings are none that the program has, or it refuses them.
 * @throws {TypeError} where it is to follow a script.
 */
export function hostJob(program: AnyHostProgram, options: ProgramOptions): HostJob {
  const { name } = program;
  const settings = settingsOf(program, options);
  checkTimeout(name, options.timeout);
  program.validate(settings);
  if (options.script === undefined) return { main: (runner) => run(program, { ...options, settings }, runner) };
  throw new TypeError(
    `Cannot run ${name} by a script: its main runs on the host, a program of shared memory is wanted`,
  );
}

async function run(
  program: AnyHostProgram,
  { settings, mode, timeout, observe, progress }: ProgramOptions & { readonly settings: Settings },
  { host, transport, closing }: HostProgramRunner,
): Promise<ProgramReport> {
  const { name } = program;
  const told = new AbortController();
  const over = Promise.withResolvers<MainEnd>();
  let grace: ReturnType<typeof setTimeout> | undefined;
  const tell = (error: Error) => {
    told.abort(error);
    grace ??= setTimeout(() => over.resolve({ error: told.signal.reason }), GRACE);
  };
  const close = () => tell(new GuestDiedError({ guest: name, mode, cause: "its host was closed" }));
  const late = () => tell(new GuestTimeoutError({ guest: name, mode, seconds: timeout ?? Infinity }));
  closing.addEventListener("abort", close);
  const timer = timeout === undefined ? undefined : setTimeout(late, timeout * 1000);

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
  clearTimeout(timer);
  clearTimeout(grace);
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
  throw new TypeError(`Cannot tell what came out of ${name}: its main gives ${String(end)}, { outcome } is wanted`);
}
