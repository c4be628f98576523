/**
 * Replays a schedule: performs its run again.
 *
 * @example
 * ```ts
 * import { programs } from "../programs/mod.ts";
 * import { isProgram } from "../program/mod.ts";
 * import { explore } from "./explore.ts";
 * import { replay } from "./repetition.ts";
 *
 * const [deadlock] = programs.filter(isProgram).filter(({ name }) => name === "deadlock");
 * if (deadlock === undefined) throw new Error("there is such a program");
 * const result = explore(deadlock);
 * if (result.verdict !== "bug") throw new Error("it has a bug");
 * if (replay(deadlock, result.schedule).finding?.kind !== "deadlock") throw new Error("the schedule shows it again");
 * ```
 */

import { type AnyProgram, settingsOf, type SettingsOptions } from "../program/mod.ts";
import { NondeterminismError } from "./ambient.ts";
import { Execution, type ExecutionOptions } from "./execution.ts";
import type { Finding } from "./finding.ts";
import { type Clock, ProgramModel } from "./program_model.ts";
import { Replay } from "./replay.ts";
import { type Departure, parseSchedule, printOf, type Turns } from "./schedule.ts";
import { DEATH } from "./scheduler.ts";
import { Search, type Shown } from "./search.ts";

/** The result of a replay. */
export interface ReplayResult {
  /** The outcome; undefined if the run is not complete. */
  readonly outcome: unknown;
  /** The bug that it shows, if any. */
  readonly finding: Finding | undefined;
  /** The number of preemptions in the schedule. */
  readonly preemptions: number;
}

/** Options of a replay. */
export interface RepetitionOptions extends SettingsOptions, Pick<ExecutionOptions, "checks" | "stepLimit"> {
  /** The order in which deadlines expire; by default, the one of the search that found the schedule. */
  readonly clock?: Clock | undefined;
}

/** A schedule, ready to be replayed again and again, and its result. */
export interface Repetition {
  /** The result of the replay. */
  readonly result: ReplayResult;
  /** An execution that can repeat it, on a model of its own. */
  readonly execution: Execution;
  /** The number of tasks that die in it. */
  readonly deaths: number;
  /** Its departures from the default. */
  readonly departures: readonly Departure[];
  /** Whether the tasks take turns after the last departure. */
  readonly inTurns: Turns;
  /** Performs a run with other departures; returns its result and the schedule that repeats it. */
  show(departures: readonly Departure[]): Shown & { readonly fault?: string };
  /** Creates a new model of the program. */
  model(): ProgramModel;
  /** Creates a scheduler for one replay. */
  scheduler(): Replay;
}

/**
 * Runs a program once, following a schedule.
 *
 * @throws {RangeError} if the text is not a schedule, or is one of another program, variant, version or input.
 */
export function replay(program: AnyProgram, schedule: string, options: RepetitionOptions = {}): ReplayResult {
  try {
    return repetition(program, schedule, options).result;
  } catch (error) {
    if (!(error instanceof NondeterminismError)) throw error;
    return { outcome: undefined, finding: { kind: "nondeterminism", message: error.message }, preemptions: 0 };
  }
}

/**
 * Replays a schedule like {@linkcode replay}, and returns all that is needed to replay it again.
 *
 * @throws {RangeError} if the text is not a schedule, or is one of another program, variant, version or input.
 */
export function repetition(program: AnyProgram, schedule: string, options: RepetitionOptions): Repetition {
  const settings = settingsOf(program, options);
  const { checks, stepLimit } = options;
  const names = program.tasks(settings).map(({ name }) => name);
  const { granularity, looks, departures, inTurns, print, ...found } = parseSchedule(schedule, names);
  const { clock = found.clock } = options;
  const deaths = departures.filter(({ choice }) => choice === DEATH).length;
  const how = { granularity, checks, stepLimit, deaths };
  const search = new Search(program, settings, { ...how, looks, clock });
  const { judged, fingerprint, fault, preemptions } = search.show(departures, { inTurns, afresh: false });
  const is = fault ?? (printOf(fingerprint) === print ? undefined : "its tasks take other steps");
  if (is !== undefined) {
    throw new RangeError(
      `Cannot replay ${schedule} on ${program.name}: ${is}, the program, variant and parameters that it was found for are wanted`,
    );
  }
  const model = () => new ProgramModel(program, settings, { looks, clock });
  return {
    result: { outcome: judged?.outcome, finding: judged?.finding, preemptions },
    model,
    execution: new Execution(model(), how),
    deaths,
    departures,
    inTurns: inTurns ?? false,
    show: (departures) => search.show(departures, { inTurns, afresh: false }),
    scheduler() {
      const scheduler = new Replay(departures, { names, inTurns });
      scheduler.begin();
      return scheduler;
    },
  };
}
