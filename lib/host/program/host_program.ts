/**
 * A program whose `main` runs on the host, to use pools, workers and futures, in place of tasks on shared memory.
 *
 * - `main` receives the mode and decides what runs there; its outcome is judged like any other program's.
 * - Further results, such as times, go into tables, which are not part of the outcome.
 * - `validate` rejects settings that a range cannot: it throws a RangeError before anything runs.
 * - Its guests are those of its context's host, and may do only what the creator of that host permits; `needs` lists
 *   what they need.
 * - The explorer cannot run it, because it cannot see what happens between `main`'s awaits.
 * - A guest finds `functions` by name in any module that exports the program or lists it in `programs`. So pools of
 *   `module` work even if many programs are bundled into one file.
 *
 * @example
 * ```ts
 * import { defineHostProgram } from "./host_program.ts";
 * import { Host } from "../host.ts";
 *
 * const sum = defineHostProgram({
 *   name: "sum",
 *   claim: "The sum of the first n numbers has a closed form.",
 *   module: import.meta.url,
 *   parameters: { n: { default: 10, min: 1, max: 100, description: "how many numbers" } },
 *   async main({ settings: { parameters: { n } } }) {
 *     let sum = 0;
 *     for (let number = 1; number <= n; number++) sum += await Promise.resolve(number);
 *     return { outcome: sum, tables: [{ title: "Steps", columns: ["n", "sum"], rows: [[n, sum]] }] };
 *   },
 *   expected: ({ parameters: { n } }) => [n * (n + 1) / 2],
 * });
 * await using host = new Host();
 * const { ok, outcome } = await host.run(sum, { mode: "thread", parameters: { n: 4 } });
 * if (!ok || outcome !== 10) throw new Error("expected 1 + 2 + 3 + 4");
 * ```
 */

import type { AnyProgram, ParameterTable, ProgramClaim, Settings, SettingsOptions } from "../../program/mod.ts";
import { checkDefinition, claimOf, isProgram, settingsOf } from "../../program/mod.ts";
import type { AnyModeName, GuestPermissions } from "../../mode/mod.ts";
import type { FarHost, Observer } from "../../simulator/mod.ts";
import { isHostProgram as isMarked } from "../exports.ts";
import type { GuestHost } from "../service/guest_host.ts";
import type { ProgramReport, ReportTable } from "./report.ts";
import type { ProgramOptions } from "./run.ts";

/** A host as a program sees it: for running other programs, pools, guests and simulations. */
export interface ProgramHost extends GuestHost, FarHost {
  /** Runs a program and reports the outcome. */
  run(program: RunnableProgram, options: ProgramOptions): Promise<ProgramReport>;
}

/** The argument of `main`. */
export interface HostContext<P extends ParameterTable = ParameterTable> {
  /** The mode in which guests are to run. */
  readonly mode: AnyModeName;
  /** The host that runs it, for running other programs. */
  readonly host: ProgramHost;
  /** The settings of the run. */
  readonly settings: Settings<P>;
  /** Aborted when the run times out or the host closes; `main` then has one second to end. */
  readonly signal: AbortSignal;
  /** Receives what takes real time, in milliseconds since the epoch, if anyone observes. */
  readonly observe: Observer | undefined;
  /** Reports in a few words what it is doing. */
  progress(text: string): void;
}

/** The result of `main`. */
export interface HostEnd<O> {
  /** The outcome, as plain data. */
  readonly outcome: O;
  /** Further results to show; none by default. */
  readonly tables?: readonly ReportTable[];
}

/** Functions that guests run, by name; each takes an argument and a `ServiceContext`. */
export type GuestFunctions = Readonly<Record<string, (argument: never, context: never) => unknown>>;

/** What the guests of a program need from their host. */
export interface GuestNeeds {
  /** The permissions that process guests need. */
  readonly permissions?: GuestPermissions;
  /** Whether each run needs guests that have never been used. */
  readonly fresh?: boolean;
}

/** The definition of a host program. If `main` fails, the outcome says that the task `main` failed. */
export interface HostProgramSpec<P extends ParameterTable, O> extends ProgramClaim<P, O> {
  /** The module that exports it and that its guests import: `import.meta.url`. */
  readonly module: string;
  /** The functions that its guests run, by names that are unique within a module; none by default. */
  readonly functions?: GuestFunctions;
  /** Throws a RangeError for settings that are invalid in combination or on this machine; accepts all by default. */
  validate?(settings: Settings<P>): void;
  /** What its guests need, which the creator of the host may or may not grant; nothing by default. */
  needs?(settings: Settings<P>): GuestNeeds;
  /** Runs the program. */
  main(context: HostContext<P>): Promise<HostEnd<O>>;
}

/** A complete host program. */
export interface HostProgram<P extends ParameterTable = ParameterTable, O = unknown>
  extends Required<HostProgramSpec<P, O>> {
  /** Distinguishes programs from other exports. */
  readonly isHoldfastProgram: true;
}

/** Any host program. */
export type AnyHostProgram = HostProgram<ParameterTable, unknown>;

/** Anything that `Host.run` can run. */
export type RunnableProgram = AnyProgram | AnyHostProgram;

/**
 * Defines a host program.
 *
 * @throws {DefinitionError} if a part is missing or invalid.
 */
export function defineHostProgram<const P extends ParameterTable, O>(spec: HostProgramSpec<P, O>): HostProgram<P, O> {
  const claim = claimOf<P, O>(spec);
  checkDefinition(spec, { module: "string", main: "function" }, claim);
  return Object.freeze({
    ...spec,
    ...claim,
    functions: spec.functions ?? {},
    validate: spec.validate ?? (() => {}),
    needs: spec.needs ?? (() => ({})),
  });
}

/**
 * What the guests of a run need from their host; `new Host(needsOf(program, options))` grants it.
 *
 * @throws {RangeError} if the settings do not match the program's parameters.
 */
export function needsOf(program: RunnableProgram, options: SettingsOptions): GuestNeeds {
  return isHostProgram(program) ? program.needs(settingsOf(program, options)) : {};
}

/** Whether a value is a host program, of this copy of the library or another. */
export function isHostProgram(value: unknown): value is AnyHostProgram {
  return isMarked(value);
}

/** Whether a value is a program of any kind. */
export function isRunnable(value: unknown): value is RunnableProgram {
  return isProgram(value) || isHostProgram(value);
}
