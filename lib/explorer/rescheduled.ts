/**
 * Changes a schedule by hand: moves a preemption to another step, removes it or adds one, and performs the run at once.
 *
 * - The result equals that of `replay` for the returned schedule.
 * - The departures after a moved one move along, so that the tasks there continue for as many steps as before. One that
 *   is no longer possible is left out, and a note says so.
 * - An impossible change is refused with an explanation: the task has ended by then, or waits, or another preemption is
 *   in the way.
 *
 * @example
 * ```ts
 * import { cell, defineProgram, explore } from "@holdfast/holdfast";
 * import { rescheduled } from "./rescheduled.ts";
 *
 * const program = defineProgram({
 *   name: "lost",
 *   claim: "Two tasks count to 2, if neither disturbs the other.",
 *   shared: () => ({ count: cell() }),
 *   tasks: (_settings) => ["a", "b"].map((name) => ({
 *     name,
 *     *run({ count }) {
 *       yield* count.store((yield* count.load()) + 1);
 *     },
 *   })),
 *   outcome: ({ count }) => count.load(),
 *   expected: () => [2],
 * });
 * const result = explore(program);
 * if (result.verdict !== "bug" || result.outcome !== 1) throw new Error("an update is lost");
 * const moved = rescheduled(program, result.schedule, { from: 1, to: 2 });
 * if (!("outcome" in moved) || moved.outcome !== 2) throw new Error("behind the store nothing is lost");
 * ```
 */

import type { AnyProgram } from "../program/mod.ts";
import type { Finding } from "./finding.ts";
import { Replay } from "./replay.ts";
import { type Repetition, repetition, type RepetitionOptions } from "./repetition.ts";
import type { Departure } from "./schedule.ts";
import { CUT } from "./scheduler.ts";
import { Onlooker, type TaskStanding } from "./trace/standing.ts";

/** A change of a schedule. */
export interface ScheduleChange {
  /** The step of the departure to move or remove; absent to add one. */
  readonly from?: number | undefined;
  /** The step at which to put it; absent to remove it. */
  readonly to?: number | undefined;
  /** The number of the task that continues there; by default, the one that did at `from`. */
  readonly task?: number | undefined;
}

/** The result of a changed schedule. */
export interface Rescheduled {
  /** The schedule, for `replay`. */
  readonly schedule: string;
  /** The outcome; undefined if the run does not end. */
  readonly outcome: unknown;
  /** The bug that it shows, if any. */
  readonly finding: Finding | undefined;
  /** The number of preemptions. */
  readonly preemptions: number;
  /** The departures from the default. */
  readonly departures: readonly Departure[];
  /** Notes on the change, as sentences: what had to be left out, or that it has no effect. */
  readonly notes: readonly string[];
}

/** The refusal of an impossible change. */
export interface Refused {
  /** The reason, as a sentence. */
  readonly refused: string;
}

/**
 * Changes a schedule and runs it.
 *
 * @throws {RangeError} if the text is not a schedule, is one of another program, variant, version or input, or has no
 * departure at `from`.
 */
export function rescheduled(
  program: AnyProgram,
  schedule: string,
  change: ScheduleChange,
  options: RepetitionOptions = {},
): Rescheduled | Refused {
  const repeated = repetition(program, schedule, options);
  const { departures, execution } = repeated;
  const { names } = execution.model;
  const { from, to } = change;
  const moved = departures.find(({ step }) => step === from);
  if (from !== undefined && moved === undefined) {
    const steps = departures.map(({ step }) => step).join(", ") || "none";
    throw new RangeError(
      `Cannot change ${schedule}: at step ${from} it departs from nothing, one of its steps (${steps}) is wanted`,
    );
  }
  const others = departures.filter((departure) => departure !== moved);
  if (to === undefined) return came(repeated, others);
  const { task, choice } = change.task === undefined && moved !== undefined
    ? moved
    : { task: change.task ?? -1, choice: 0 };
  const name = names[task];
  const act = `Cannot let ${name ?? "a task that there is not"} go on at step ${to}`;
  if (name === undefined || !(Number.isSafeInteger(to) && to >= 0)) {
    return { refused: `${act}: a task of the program and a step of the run are wanted` };
  }
  const at = moved?.step ?? to;
  const before = others.filter(({ step }) => step < at);
  const inTheWay = before.find(({ step }) => step >= to) ?? others.find(({ step }) => step === at);
  if (inTheWay !== undefined) {
    const { task, step } = inTheWay;
    return { refused: `${act}: ${names[task]} is let go on at step ${step}, a step behind that is wanted` };
  }
  const why = whyNot(repeated, { before, at: to, task, choice });
  if (why !== undefined) return { refused: `${act}: ${why}` };
  const behind = others.filter(({ step }) => step > at).map((other) => ({ ...other, step: other.step + to - at }));
  return came(repeated, [...before, { step: to, task, choice }, ...behind]);
}

/** Runs with departures, as far as they are possible. */
function came({ execution, inTurns, show }: Repetition, wanted: readonly Departure[]): Rescheduled {
  const { names } = execution.model;
  const tasks = names.length;
  const replay = new Replay(wanted, { names, lenient: true, inTurns });
  replay.begin();
  execution.run(replay);
  const { picks, taken } = execution;
  const isTaken = ({ step, task, choice }: Departure) => taken[step] === task + choice * tasks;
  const departures = wanted.filter((departure) => isTaken(departure) && picks[departure.step] !== 0);
  const notes = wanted.flatMap((departure) => {
    const name = names[departure.task];
    if (!isTaken(departure)) return [`At step ${departure.step} ${name} can no longer go on: that is left out.`];
    return picks[departure.step] === 0 ? [`At step ${departure.step} ${name} goes on anyway.`] : [];
  });
  const { schedule, judged, preemptions } = show(departures);
  return { schedule, outcome: judged?.outcome, finding: judged?.finding, preemptions, departures, notes };
}

/** Why a task cannot continue at a step, after the departures before it; undefined if it can. */
function whyNot(
  { execution }: Repetition,
  { before, at, task, choice }: { before: readonly Departure[]; at: number; task: number; choice: number },
): string | undefined {
  const { names } = execution.model;
  const onlooker = new Onlooker(execution);
  const replay = new Replay(before, { names, lenient: true });
  replay.begin();
  let why: string | undefined = "";
  let last = 0;
  execution.run({
    watches: false,
    begin: () => true,
    end: () => {},
    pick(point) {
      last = point.step + 1;
      if (point.step < at) return replay.pick(point);
      why = point.actions.includes(task + choice * names.length)
        ? undefined
        : reason(onlooker.standing(task, point.actions), names);
      return CUT;
    },
  }, (task, _node, answer) => onlooker.observe(task, answer));
  return why === "" ? `the run ends after ${last} steps, an earlier step is wanted` : why;
}

/** Why a task cannot continue, as a clause. */
function reason({ stand, next, waitsFor, heldBy }: TaskStanding, names: readonly string[]): string {
  if (stand === "ended" || stand === "failed" || stand === "died") {
    return "it has ended by then, a step before that is wanted";
  }
  const holders = heldBy.map((holder) => names[holder]).join(" and ");
  const held = holders === "" ? "" : `, which ${holders} ${heldBy.length > 1 ? "hold" : "holds"}`;
  if (stand !== "acts") return `it waits for ${waitsFor ?? next}${held}, a step at which it can go on is wanted`;
  return "it can only make another choice there, a step at which that choice is open is wanted";
}
