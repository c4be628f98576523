/**
 * The tasks of a program in the caller's realm, on model memory and its virtual clock.
 *
 * - Tasks switch only when one blocks: first in, first out, or, with a seed other than 0, as the seed determines.
 * - A deadlock is thrown into its tasks as soon as it exists.
 * - Once all other tasks have ended, daemons are stopped where they wait.
 * - If a task fails, recovery from it is as from a death, after its guards have released what they held.
 */

import { DeadlockError, farError, GuestTimeoutError, StoppedError } from "../../errors.ts";
import { calledName, type Memory, ModelMemory, runBlocking, seededChooser } from "../../memory/mod.ts";
import { runCooperative, type TaskRun, type WaitingTask } from "../../program/mod.ts";
import { findDeadlock } from "./deadlock.ts";
import type { ProgramEnd, ProgramJob, TaskEnd } from "./run.ts";
import { decodeEnd } from "./task_ends.ts";
import { Recovery } from "../shared/recovery.ts";
import { HoldRecorder } from "./hold_recorder.ts";
import { LaneRecorder, RUNNING } from "./lane_recorder.ts";
import { WatchedMemory, watchThings } from "./watched_memory.ts";
import { taskSteps } from "./task_steps.ts";

/** The reason given when a daemon is stopped. */
const OVER = "all but daemons have ended, a task to wait for is wanted";

/** Runs a program in the caller's realm. */
export function runDirect(job: ProgramJob, { now }: { now: () => number }): ProgramEnd {
  const { space, tasks, names, settings, limit } = job;
  const chooser = seededChooser(settings.seed);
  const memory = job.watch === undefined
    ? new ModelMemory(space.layout, { chooser })
    : new WatchedMemory(space.layout, { chooser });
  runBlocking(memory, space.initialize());
  const recovery = new Recovery(space, memory);
  const lanes = new LaneRecorder(names, job.observe);
  const started = now();
  const live = new Set(names.keys());
  // In the picture each turn takes a microsecond, because the virtual clock stands still while tasks run.
  let turns = 0;
  const time = () => memory.clock + ++turns / 1000;
  const holds = job.observe === undefined
    ? undefined
    : new HoldRecorder(space.attach(memory).things, memory, (span) => lanes.held(span));
  if (memory instanceof WatchedMemory) watchThings(job, memory, () => memory.clock + turns / 1000);
  const views = names.map((_, task) => space.attach(memory, { task }));
  const placeOf = (task: number) => ({
    memory,
    sharedOn: (own: Memory) => own === memory ? views[task]?.shared ?? {} : space.bind(own, { task }),
  });
  let stop: GuestTimeoutError | undefined;
  const { outcomes } = runCooperative(
    memory,
    tasks.map((task, index) => ({ name: task.name, steps: taskSteps(task, placeOf(index)) })),
    {
      ...settings.seed === 0 ? {} : { seed: settings.seed },
      onTurn(run, what) {
        const doing = what === "goes on" ? RUNNING : what === "parks" ? labelOf(run) : undefined;
        const at = time();
        lanes.turn(run.number, at, doing);
        holds?.look(at);
        if (what !== "ends") return;
        live.delete(run.number);
        recovery.ended(run.number, run.outcome.kind === "threw" ? farError(run.outcome.error) : undefined);
        holds?.look(at);
      },
      onParked(waiting) {
        if ([...live].every((task) => tasks[task]?.daemon)) {
          return new Map(
            waiting.map(({ task, name }) => [task, new StoppedError(`Cannot go on with ${name}: ${OVER}`)]),
          );
        }
        const waits = waiting.map((wait) => ({ ...toWait(wait), queued: space.isLane(wait.word) }));
        const found = findDeadlock(waits, { names, live: live.size, recovery });
        return found === undefined
          ? undefined
          : new Map(found.tasks.map((task) => [task, new DeadlockError(found.error.waits)]));
      },
      stopped() {
        if (now() - started < limit) return undefined;
        stop = new GuestTimeoutError({ guest: job.program.name, mode: "direct", seconds: limit / 1000 });
        return stop;
      },
    },
  );
  if (memory instanceof WatchedMemory) memory.uses = undefined;
  holds?.end(time());
  for (const { end } of views) end();
  const ends = outcomes.map((outcome, task): TaskEnd => {
    if (outcome.kind === "returned") return decodeEnd(outcome.value);
    if (tasks[task]?.daemon && outcome.kind === "threw" && outcome.error instanceof StoppedError) {
      return { kind: "returned", value: undefined };
    }
    // A task that still waits at the end was stopped and did not end at once.
    const error = outcome.kind === "threw" ? outcome.error : stop ?? new DeadlockError([]);
    return { kind: "failed", far: farError(error) };
  });
  return { ends, memory, ms: now() - started };
}

function toWait({ task, call, on, until }: WaitingTask) {
  return { task, object: call?.object ?? on, method: call?.method ?? "wait", timed: until !== Infinity };
}

function labelOf({ call, pending }: TaskRun<unknown>): string {
  return call === undefined || pending?.kind === "sleep" ? "sleep" : `${call.object}.${calledName(call.method)}`;
}
