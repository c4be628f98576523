/**
 * A run of a program in any mode: its tasks, how each ended, and the outcome.
 *
 * - A mode starts one guest per task, supervises them, and reports how each ended; a task that fails ends alone.
 * - The outcome is read once all tasks have returned; if any task failed, it is `{ failed }`.
 */

import { type FarError, farError, GuestTimeoutError } from "../../errors.ts";
import { type Memory, runBlocking } from "../../memory/mod.ts";
import type { AnyProgram, ProgramTask, Script, Settings, SettingsOptions } from "../../program/mod.ts";
import { isProgram, outcomeSteps, settingsOf } from "../../program/mod.ts";
import type { Observer } from "../../simulator/mod.ts";
import { type Shareables, Space } from "../../sync/mod.ts";
import type { AnyModeName } from "../../mode/mod.ts";
import { after, limit } from "../../platform/mod.ts";
import type { Watcher } from "./use_recorder.ts";
import { failedOutcome, type ProgramReport, reportOf, type TaskFault } from "./report.ts";

/** How to run a program. */
export interface ProgramOptions extends SettingsOptions {
  /** The mode in which its tasks run. */
  readonly mode: AnyModeName;
  /** How long the tasks may run before they are stopped, in seconds; unlimited by default. */
  readonly timeout?: number | undefined;
  /** Receives what each task does and waits for, in milliseconds; in direct mode, on the virtual clock. */
  readonly observe?: Observer | undefined;
  /**
   * Receives each use of a shared thing, after the initial states of all things, on the same clock: in direct mode as
   * it happens, in thread mode when its task waits, in process mode when its task has ended. A run by a script reports
   * none.
   */
  readonly watch?: Watcher | undefined;
  /** The operations of the tasks in thread or process mode, one by one, as they were in a model run. */
  readonly script?: Script | undefined;
  /** Receives messages about what a host program is doing. */
  readonly progress?: ((text: string) => void) | undefined;
}

/** A run that has been prepared. */
export interface ProgramJob {
  /** Receives what each task does and waits for. */
  readonly observe: Observer | undefined;
  /** Receives each use of a shared thing. */
  readonly watch: Watcher | undefined;
  /** The operations of the tasks, one by one. */
  readonly script: Script | undefined;
  /** The program. */
  readonly program: AnyProgram;
  /** Its settings. */
  readonly settings: Settings;
  /** Its tasks. */
  readonly tasks: readonly ProgramTask<Shareables>[];
  /** Their names. */
  readonly names: readonly string[];
  /** Its shared things. */
  readonly space: Space<Shareables>;
  /** The time limit, in milliseconds. */
  readonly limit: number;
}

/** How a task ended. */
export type TaskEnd =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "failed"; readonly far: FarError };

/** How a run ended. */
export interface ProgramEnd {
  /** How each task ended, in order. */
  readonly ends: readonly TaskEnd[];
  /** The memory, which nobody else uses anymore. */
  readonly memory: Memory;
  /** How long the tasks ran, in milliseconds. */
  readonly ms: number;
}

/**
 * Prepares a run.
 *
 * @throws {RangeError} if the settings do not match the program's parameters.
 * @throws {TypeError} if two tasks have the same name, or there are no tasks.
 */
export function programJob(program: AnyProgram, options: ProgramOptions): ProgramJob {
  if (!isProgram(program)) {
    throw new TypeError("Cannot run: it is no program, one made by defineProgram or defineHostProgram is wanted");
  }
  const settings = settingsOf(program, options);
  const { observe, script } = options;
  const watch = script === undefined ? options.watch : undefined;
  const time = limit(options.timeout, { act: `run ${program.name}`, positive: true });
  const tasks = program.tasks(settings);
  const names = tasks.map(({ name }) => name);
  if (names.length === 0 || new Set(names).size < names.length) {
    throw new TypeError(
      `Cannot run ${program.name}: its tasks are named ${
        names.join(", ") || "nothing"
      }, tasks of distinct names are wanted`,
    );
  }
  const space = new Space(program.shared(settings), { tasks: tasks.length, names });
  return { program, settings, tasks, names, space, limit: time, observe, watch, script };
}

/**
 * The module that guests import for a run.
 *
 * @throws {TypeError} if the program does not say where it is exported.
 */
export function programModule({ program }: ProgramJob, mode: string): string {
  if (program.module !== undefined) return program.module;
  throw new TypeError(
    `Cannot run ${program.name} in ${mode} mode: it does not say where it is exported, module: import.meta.url is wanted`,
  );
}

/** The numbers of the daemon tasks, which the run does not wait for. */
export function daemonsOf({ tasks }: ProgramJob): readonly number[] {
  return [...tasks.keys()].filter((task) => tasks[task]?.daemon);
}

/** Calls back when the time limit of a run is reached, if it has one, unless the returned function is called first. */
export function afterTimeout(
  { limit, program }: ProgramJob,
  mode: string,
  over: (far: FarError) => void,
): () => void {
  const far = farError(new GuestTimeoutError({ guest: program.name, mode, seconds: limit / 1000 }));
  return after(limit, () => over(far));
}

/** Judges a finished run. */
export function judge(job: ProgramJob, { mode, transport, end }: {
  mode: string;
  transport: ProgramReport["transport"];
  end: ProgramEnd;
}): ProgramReport {
  const { program, settings, names, space } = job;
  const failures = end.ends.flatMap((end, index): TaskFault[] => {
    return end.kind === "returned" ? [] : [{ task: names[index] ?? "", far: end.far }];
  });
  const results = end.ends.map((end) => end.kind === "returned" ? end.value : undefined);
  const { shared, end: endView } = space.attach(end.memory);
  let outcome: unknown = failedOutcome(failures);
  try {
    if (failures.length === 0) outcome = runBlocking(end.memory, outcomeSteps(program, shared, { results, settings }));
  } finally {
    endView();
  }
  const returned = Object.fromEntries(
    end.ends.flatMap((end, index) => end.kind === "returned" ? [[names[index] ?? "", end.value]] : []),
  );
  return reportOf(program, { settings, mode, transport, outcome, ms: end.ms, returned, failures });
}
