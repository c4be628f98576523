/**
 * A program whose `main` runs on the host: for pools, workers and futures, where a program of shared memory has tasks.
 *
 * - `main` is told the mode and decides what runs there; its outcome is judged as that of any other program.
 * - What it shows besides, such as times, are tables: no part of the outcome.
 * - `validate` refuses settings that a range cannot: it throws a RangeError before anything runs.
 * - Its guests are those of its context's host, which may do no more than who made that host permits: `needs` says what.
 * - The explorer cannot run it: nobody sees what it does between its awaits.
 * - A guest finds `functions` by their names in any module that exports the program, or that lists it in `programs`: so
 *   pools of `module` work where many programs are one file.
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
 * if (!ok || outcome !== 10) throw new Error("1 + 2 + 3 + 4");
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

/** A host as a program sees it: for runs of other programs, pools, guests and simulations. */
export interface ProgramHost extends GuestHost, FarHost {
  /** Runs a program and says what came out. */
  run(program: RunnableProgram, options: ProgramOptions): Promise<ProgramReport>;
}

/** What `main` is given. */
export interface HostContext<P extends ParameterTable = ParameterTable> {
  /** Where guests are to run. */
  readonly mode: AnyModeName;
  /** The host that runs it, for runs of other programs. */
  readonly host: ProgramHost;
  /** How the run is set. */
  readonly settings: Settings<P>;
  /** Aborted when the time of the run is over or the host is closed; `main` then has a second to end. */
  readonly signal: AbortSignal;
  /** Told of what takes real time, in milliseconds since the epoch, if anybody wants to know. */
  readonly observe: Observer | undefined;
  /** Says what it is at, in some words. */
  progress(text: string): void;
}

/** What `main` gives. */
export interface HostEnd<O> {
  /** What came out, as plain data. */
  readonly outcome: O;
  /** What else there is to show; nothing by default. */
  readonly tables?: readonly ReportTable[];
}

/** Functions that guests run, by name: each takes an argument and a `ServiceContext`. */
export type GuestFunctions = Readonly<Record<string, (argument: never, context: never) => unknown>>;

/** What the guests of a program need of the host that starts them. */
export interface GuestNeeds {
  /** What process guests must be permitted. */
  readonly permissions?: GuestPermissions;
  /** Whether each run must have guests that have done nothing before. */
  readonly fresh?: boolean;
}

/** What a host program is made of. In an outcome in which `main` failed the task `main` did. */
export interface HostProgramSpec<P extends ParameterTable, O> extends ProgramClaim<P, O> {
  /** Where it is exported, and what its guests import: `import.meta.url`. */
  readonly module: string;
  /** What its guests run, by names that no other function of the same list has; nothing by default. */
  readonly functions?: GuestFunctions;
  /** Throws a RangeError for settings that make no sense together, or in this place; all make sense by default. */
  validate?(settings: Settings<P>): void;
  /** What its guests need; whoever makes the host grants it, or not. Nothing by default. */
  needs?(settings: Settings<P>): GuestNeeds;
  /** Does it. */
  main(context: HostContext<P>): Promise<HostEnd<O>>;
}

/** A host program, complete. */
export interface HostProgram<P extends ParameterTable = ParameterTable, O = unknown>
  extends Required<HostProgramSpec<P, O>> {
  /** Tells programs from other exports. */
  readonly isHoldfastProgram: true;
}

/** Any host program. */
export type AnyHostProgram = HostProgram<ParameterTable, unknown>;

/** Whatever `Host.run` runs. */
export type RunnableProgram = AnyProgram | AnyHostProgram;

/**
 * Makes a host program.
 *
 * @throws {DefinitionError} if a part is missing or makes no sense.
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
 * What the guests of a run need of its host: `new Host(needsOf(program, options))` grants it.
 *
 * @throws {RangeError} if the settings are none that the program has.
 */
export function needsOf(program: RunnableProgram, options: SettingsOptions): GuestNeeds {
  return isHostProgram(program) ? program.needs(settingsOf(program, options)) : {};
}

/** Whether a value is a host program, of this copy of the library or of another. */
export function isHostProgram(value: unknown): value is AnyHostProgram {
  return isMarked(value);
}

/** Whether a value is a program of any kind. */
export function isRunnable(value: unknown): value is RunnableProgram {
  return isProgram(value) || isHostProgram(value);
}
