/**
 * A program in thread mode: a warm or fresh worker for each task, all on one shared memory.
 *
 * - All tasks begin together, when the last one is ready.
 * - Every 20 to 100 ms the host looks who waits for what. Two readings with equal sequences are one moment in which all of them
 *   waited; a deadlock in it is thrown into its tasks.
 * - The end of a worker is an event (its Web Lock): its task is buried, and those who wait for what it held go on.
 * - Where the host closes, the tasks that have not ended fail, and the run is over.
 *
 * @example
 * ```ts
 * import { Host } from "../host.ts";
 *
 * // A host runs programs: `await host.run(program, { mode: "thread" })`.
 * await using host = new Host();
 * if (typeof host.run !== "function") throw new Error("a host runs programs");
 * ```
 *
 * @module
 */

import { farError, GuestDiedError, GuestError, interruptionText, ReplayError } from "../../errors.ts";
import { type PublishedWait, runBlocking, seededChooser, SharedMemory } from "../../memory/mod.ts";
import type { Script, ScriptStep } from "../../program/mod.ts";
import { Burials } from "../shared/recovery.ts";
import { holdEventLoop, now } from "../clock.ts";
import { findDeadlock, type TaskWait } from "./deadlock.ts";
import { drawLane, Lanes } from "./lanes.ts";
import { afterTimeout, daemonsOf, type ProgramEnd, type ProgramJob, programModule, type TaskEnd } from "./run.ts";
import { TaskEnds } from "./task_ends.ts";
import type { ThreadGuest } from "../thread_host.ts";
import type { WarmGuests } from "../warm_guests.ts";

/** How often the host looks for deadlocks, in milliseconds; less often while all wait as they did, down to LAZY_LOOK. */
const LOOK = 20;
const LAZY_LOOK = 100;

/** Runs a program in workers. */
export async function runThreads(
  job: ProgramJob,
  { warm, spin, closing }: { warm: WarmGuests<ThreadGuest>; spin: number; closing: AbortSignal },
): Promise<ProgramEnd> {
  const module = programModule(job, "thread");
  const { space, names, settings, program } = job;
  const memory = SharedMemory.create(space.layout, {
    guests: names.length,
    clock: now,
    spin,
    chooser: seededChooser(settings.seed),
    hold: holdEventLoop,
  });
  runBlocking(memory, space.initialize());
  const burials = new Burials(space, memory);
  const ends = new TaskEnds(names.length, (task, failure) => {
    if (job.script === undefined) return burials.endedAsync(task, failure);
    return inTurn(memory, { script: job.script, task, act: () => burials.ended(task, failure) });
  }, daemonsOf(job));
  const lanes = new Lanes(names, job.observe);
  let started = now();
  const guests: { readonly guest: ThreadGuest; readonly task: number }[] = [];
  const begun = names.map(async (name, task) => {
    const failed = await warm.hand(module, async (guest) => {
      guests.push({ guest, task });
      guest.name = name;
      guest.onDone = (done) => {
        drawLane(lanes, task, done);
        ends.endWith(task, done.bytes);
      };
      const failed = await guest.begin({
        kind: "task",
        task: { module, program: program.name, settings, task, layout: space.layout.toTable() },
        memory: memory.handle,
        observed: job.observe !== undefined,
        script: job.script,
      }, job.timeout);
      guest.onEnd = (error) => {
        lanes.died(task, { started, finished: now() });
        ends.end(task, { kind: "failed", far: farError(error) });
      };
      return failed;
    });
    if (failed !== undefined) throw new GuestError({ guest: name, mode: "thread", ...failed });
  });
  const finish = async () => {
    await Promise.all(guests.map(async ({ guest, task }) => {
      await guest.finish(() => memory.control.requestStop(task));
      guest.onEnd = undefined;
      guest.onDone = undefined;
      warm.give(guest, module);
    }));
  };
  const closed = (name: string) => new GuestDiedError({ guest: name, mode: "thread", cause: "its host was closed" });
  const close = Promise.withResolvers<void>();
  const onClose = () => close.resolve();
  closing.addEventListener("abort", onClose);
  const outcomes = await Promise.race([Promise.allSettled(begun), close.promise]);
  const failed = outcomes?.find((outcome) => outcome.status === "rejected");
  if (outcomes === undefined || failed !== undefined) {
    closing.removeEventListener("abort", onClose);
    await finish();
    throw failed?.reason ?? closed(program.name);
  }
  void close.promise.then(() => {
    ends.endRest((task) => ({ kind: "failed", far: farError(closed(names[task] ?? "")) }));
  });
  started = now();
  const stopWatching = watch(() => breakDeadlock(memory, { job, ends, burials }));
  const letGo = afterTimeout(job, "thread", (far) => ends.endRest(() => ({ kind: "failed", far })));
  memory.control.start();
  try {
    return { ends: inScript(await ends.all, { job, memory }), memory, ms: now() - started };
  } finally {
    stopWatching();
    memory.control.leaveTurns();
    letGo();
    closing.removeEventListener("abort", onClose);
    await finish();
  }
}

/** Does what follows the end of a task when the script says so, if it does. */
async function inTurn(
  memory: SharedMemory,
  { script, task, act }: { script: Script; task: number; act: () => void },
): Promise<void> {
  const { control } = memory;
  const isOwn = (step: ScriptStep) => step.task === task;
  // A task that ends before its last step has left the script.
  if (script.findLastIndex((step) => isOwn(step) && step.kind !== "end") >= control.turn) control.leaveTurns();
  const turn = script.findLastIndex((step) => isOwn(step) && step.kind === "end");
  for (let over = control.turn; over >= 0 && over < turn; over = control.turn) {
    await memory.performAsync({ kind: "wait", word: control.turnWord, expected: over, deadline: now() + LOOK });
  }
  if (turn < 0 || control.turn !== turn) return;
  act();
  control.passTurn(turn, { wakes: true });
}

/** The ends of a run, which must have come to the end of its script. */
function inScript(
  ends: readonly TaskEnd[],
  { job, memory }: { job: ProgramJob; memory: SharedMemory },
): readonly TaskEnd[] {
  const { turn } = memory.control;
  if (job.script === undefined || turn === job.script.length) return ends;
  const reasons = ends.flatMap((end) =>
    end.kind === "failed" && end.far.name === "ReplayError" ? [end.far.message] : []
  );
  const reason = reasons.find((reason) => !reason.includes("another task"));
  throw new ReplayError(
    reason ?? `Cannot replay: the run ends at step ${turn < 0 ? ~turn : turn}, ${job.script.length} steps are wanted`,
  );
}

/** Looks again and again until what it gives is called: seldom while it sees the same. */
function watch(look: () => string): () => void {
  let seen = "";
  let delay = LOOK;
  const again = () => {
    const before = seen;
    seen = look();
    delay = seen === before ? Math.min(2 * delay, LAZY_LOOK) : LOOK;
    timer = setTimeout(again, delay);
  };
  let timer = setTimeout(again, delay);
  return () => clearTimeout(timer);
}

/** Ends the waits of a deadlock, if there is one; gives who is in which wait. */
function breakDeadlock(
  memory: SharedMemory,
  { job, ends, burials }: { job: ProgramJob; ends: TaskEnds; burials: Burials },
): string {
  const tasks = [...job.names.keys()].filter((task) => !ends.has(task));
  // The reason of an interruption has one place: nobody else is interrupted before all have heard of the last one.
  if (tasks.filter((task) => memory.control.remind(task)).length > 0) return "interrupted";
  const first = new Map(tasks.map((task) => [task, memory.control.publishedWait(task)]));
  const waits = tasks.flatMap((task): TaskWait[] => {
    const wait = first.get(task);
    return wait === undefined || !wait.asleep ? [] : [{ task, ...wait, queued: job.space.isLane(wait.word) }];
  });
  const seen = tasks.map((task) => first.get(task)?.sequence ?? 0).join();
  const found = findDeadlock({
    waits,
    live: ends.live,
    owners: (object) => burials.owners(object),
    nameOf: (task) => job.names[task] ?? `task ${task}`,
  });
  if (found === undefined) return seen;
  const same = (task: number): boolean => {
    const again: PublishedWait | undefined = memory.control.publishedWait(task);
    return again?.asleep === true && again.sequence === first.get(task)?.sequence;
  };
  if (!found.tasks.every(same)) return "moving";
  const sequences = new Map(found.tasks.map((task) => [task, first.get(task)?.sequence ?? 0]));
  memory.control.interrupt(sequences, interruptionText(found.error, memory.control.longestReason));
  return "interrupted";
}
