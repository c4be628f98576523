/**
 * The memory of tasks that attach to it: shared memory, watched for deadlocks.
 *
 * - Every 20 to 100 ms, the host reads who waits for what. If two readings have equal sequences, there was one moment
 *   at which all of them waited; a deadlock at that moment is thrown into its tasks.
 */

import { type FarError, interruptionText, ReplayError } from "../../errors.ts";
import { type PublishedWait, runBlocking, seededChooser, SharedMemory, type Steps } from "../../memory/mod.ts";
import { after, holdEventLoop, now } from "../../platform/mod.ts";
import { sameOperation, type Script, type ScriptStep } from "../../program/mod.ts";
import { Recovery } from "../shared/recovery.ts";
import { findDeadlock, type TaskWait } from "./deadlock.ts";
import type { ProgramJob, TaskEnd } from "./run.ts";
import type { TaskEnds } from "./task_ends.ts";
import type { TaskMemoryHandle } from "./task_message.ts";
import type { TasksMemory } from "./tasks_memory.ts";

/** How often the host checks for deadlocks, in milliseconds; gradually up to LAZY_LOOK while no wait changes. */
const LOOK = 20;
const LAZY_LOOK = 100;

/** The shared memory of tasks that attach to it. */
export class SharedTasks implements TasksMemory {
  readonly memory: SharedMemory;
  readonly attach: TaskMemoryHandle;
  readonly #job: ProgramJob;
  readonly #ends: TaskEnds;
  readonly #recovery: Recovery;
  #stopWatching = (): void => {};

  /** Creates the memory of a run. */
  constructor(job: ProgramJob, { ends, spin }: { readonly ends: TaskEnds; readonly spin: number }) {
    const { space, names, settings, script } = job;
    this.memory = SharedMemory.create(space.layout, {
      guests: names.length,
      clock: now,
      spin,
      chooser: seededChooser(settings.seed),
      hold: holdEventLoop,
    });
    runBlocking(this.memory, space.initialize());
    this.attach = { memory: this.memory.handle, script };
    this.#job = job;
    this.#ends = ends;
    this.#recovery = new Recovery(space, this.memory);
  }

  ended(task: number, failure: FarError | undefined): Promise<void> {
    const { script } = this.#job;
    if (script === undefined) return this.#recovery.endedAsync(task, failure);
    return inTurn(this.memory, { script, task, steps: this.#recovery.steps(task, failure) });
  }

  began(): void {
    this.#stopWatching = watch(() => this.#breakDeadlock());
  }

  stop(task: number): void {
    this.memory.control.requestStop(task);
  }

  checked(ends: readonly TaskEnd[]): readonly TaskEnd[] {
    return inScript(ends, { job: this.#job, memory: this.memory });
  }

  close(): void {
    this.#stopWatching();
    this.memory.control.endTurns();
  }

  /** Ends the waits of a deadlock, if there is one; returns a text that says which task is in which wait. */
  #breakDeadlock(): string {
    const { control } = this.memory;
    const tasks = [...this.#job.names.keys()].filter((task) => !this.#ends.has(task));
    // There is room for one interruption's reason: nobody else is interrupted until all have been told of the last one.
    if (tasks.filter((task) => control.remind(task)).length > 0) return "interrupted";
    const first = new Map(tasks.map((task) => [task, control.publishedWait(task)]));
    const waits = tasks.flatMap((task): TaskWait[] => {
      const wait = first.get(task);
      return wait === undefined || !wait.asleep ? [] : [{ task, ...wait, queued: this.#job.space.isLane(wait.word) }];
    });
    const seen = tasks.map((task) => first.get(task)?.sequence ?? 0).join();
    const { names } = this.#job;
    const found = findDeadlock(waits, { names, live: this.#ends.live, recovery: this.#recovery });
    if (found === undefined) return seen;
    const same = (task: number): boolean => {
      const again: PublishedWait | undefined = control.publishedWait(task);
      return again?.asleep === true && again.sequence === first.get(task)?.sequence;
    };
    if (!found.tasks.every(same)) return "moving";
    const sequences = new Map(found.tasks.map((task) => [task, first.get(task)?.sequence ?? 0]));
    control.interrupt(sequences, interruptionText(found.error, control.longestReason));
    return "interrupted";
  }
}

/** Runs the steps that follow the end of a task, each when it is its turn in the script, as far as the script goes. */
async function inTurn(
  memory: SharedMemory,
  { script, task, steps }: { script: Script; task: number; steps: Steps<void> },
): Promise<void> {
  const { control } = memory;
  const isOwn = (step: ScriptStep) => step.task === task;
  // A task that ends before its last step has deviated from the script.
  if (script.findLastIndex((step) => isOwn(step) && step.ended === undefined) >= control.turn) control.endTurns();
  const iterator = steps[Symbol.iterator]();
  let next = iterator.next();
  for (const [turn, step] of script.entries()) {
    if (!isOwn(step) || step.ended === undefined) continue;
    for (let over = control.turn; over >= 0 && over < turn; over = control.turn) {
      await memory.performAsync({ kind: "wait", word: control.turnWord, expected: over, deadline: now() + LOOK });
    }
    if (control.turn !== turn) return;
    if (next.done || !sameOperation(next.value, step.operation)) return control.endTurns();
    if (step.kind !== "park") {
      const { kind } = next.value;
      const isReal = "order" in next.value || kind === "read" || kind === "write" || kind === "call";
      next = iterator.next(isReal ? memory.perform(next.value) : step.answer);
    }
    control.passTurn(turn, { wakes: true });
  }
}

/** The ends of a run, which must have reached the end of its script. */
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

/** Calls `look` repeatedly until the returned function is called; less often while the result stays the same. */
function watch(look: () => string): () => void {
  let seen = "";
  let delay = LOOK;
  const again = () => {
    const before = seen;
    seen = look();
    delay = seen === before ? Math.min(2 * delay, LAZY_LOOK) : LOOK;
    stopTimer = after(delay, again);
  };
  let stopTimer = after(delay, again);
  return () => stopTimer();
}
