/**
 * The owner of the memory of a run in process mode: performs, on model memory and the real clock, what guests ask.
 *
 * - Each guest asks one thing at a time. What must wait is parked, and answered when it is over.
 * - Steps run one after another until they park, so no guest ever sees a body half done, and one that dies tears nothing.
 * - Invariant: a timer is set for the earliest time that a parked task waits for.
 * - A deadlock is found when its last task parks.
 * - With a script, operations are performed in its order, one at a time, on a virtual clock; after its end, as they come.
 *   Where a task leaves it, all that is asked from then on fails with a `ReplayError`.
 *
 * @example
 * ```ts
 * import { defineProgram } from "../../program/mod.ts";
 * import { lock } from "../../sync/mod.ts";
 * import { decodeAnswer, encodeAsked } from "../shared/asked.ts";
 * import { Owner } from "./owner.ts";
 * import { programJob } from "./run.ts";
 *
 * const program = defineProgram({
 *   name: "one",
 *   claim: "One task locks.",
 *   shared: () => ({ guard: lock() }),
 *   tasks: () => [{ name: "only", run: ({ guard }) => guard.acquire() }],
 *   outcome: function* () {},
 *   expected: () => [],
 * });
 * const answers: unknown[] = [];
 * const owner = new Owner(programJob(program, { mode: "process" }), {
 *   now: () => 0,
 *   live: () => 1,
 *   answer: (_task, bytes) => void answers.push(decodeAnswer(bytes)),
 * });
 * owner.ask(0, encodeAsked({ kind: "call", object: "guard", method: "acquire", args: [] }));
 * if (answers[0] !== true) throw new Error("acquired");
 * owner.close();
 * ```
 *
 * @module
 */

import { type FarError, ReplayError } from "../../errors.ts";
import { type Answer, ModelMemory, type PARKED, runBlocking, seededChooser, type Steps } from "../../memory/mod.ts";
import {
  operationText,
  sameAnswer,
  sameOperation,
  type Script,
  type ScriptStep,
  type TaskMemory,
  TaskRun,
} from "../../program/mod.ts";
import type { SharedThing } from "../../sync/mod.ts";
import { type Asked, askedSteps, decodeAsked, encodeAnswer } from "../shared/asked.ts";
import { Burials } from "../shared/recovery.ts";
import { LONGEST_TIMER } from "../clock.ts";
import { findDeadlock, type TaskWait } from "./deadlock.ts";
import type { ProgramJob } from "./run.ts";

/** What an owner needs. */
export interface OwnerOptions {
  /** The real clock, in milliseconds. */
  readonly now: () => number;
  /** How many tasks have not ended. */
  readonly live: () => number;
  /** Sends an answer to a task's guest. */
  readonly answer: (task: number, bytes: Uint8Array) => void;
}

/** See the module. */
export class Owner {
  /** The memory. */
  readonly memory: ModelMemory;
  /** Buries tasks. */
  readonly burials: Burials;
  readonly #job: ProgramJob;
  readonly #options: OwnerOptions;
  readonly #things: readonly ReadonlyMap<string, SharedThing>[];
  /** What tasks asked that is not answered, by task. */
  readonly #runs = new Map<number, TaskRun<unknown>>();
  readonly #queue: TaskRun<unknown>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is to be done, from #turn on. */
  readonly #script: Script;
  #turn = 0;
  #left: ReplayError | undefined;
  /** The memory of the tasks, which notes its last answer. */
  readonly #answering: TaskMemory;
  #answered: Answer | typeof PARKED;
  /** Tasks that have ended, each with what follows, while the script has not come to that. */
  readonly #ended = new Map<number, () => void>();
  /** Tasks that were woken, while the script has not come to that. */
  readonly #woken = new Map<number, Answer>();

  /** Makes the memory of a run. */
  constructor(job: ProgramJob, options: OwnerOptions) {
    const { space, names, settings } = job;
    this.#job = job;
    this.#options = options;
    this.#script = job.script ?? [];
    const chance = seededChooser(settings.seed);
    this.memory = new ModelMemory(space.layout, {
      start: this.#script.length > 0 ? 0 : options.now(),
      chooser: (n) => this.#isScripted ? Number(this.#script[this.#turn]?.answer) : chance(n),
    });
    this.#answering = {
      begin: (operation, task) => {
        const answer = this.memory.begin(operation, task);
        // Bytes are read into the task's own, which it writes over as soon as it goes on.
        if (this.#isScripted) this.#answered = answer instanceof Uint8Array ? answer.slice() : answer;
        return answer;
      },
      takeDeferred: () => this.memory.takeDeferred(),
      unpark: (task) => this.memory.unpark(task),
    };
    runBlocking(this.memory, space.initialize());
    this.#things = names.map((_, task) => space.attach(this.memory, { task }).things);
    this.burials = new Burials(space, this.memory);
  }

  /** Why the run is another one than the script's, if it is. */
  get left(): ReplayError | undefined {
    if (this.#left !== undefined || !this.#isScripted) return this.#left;
    return new ReplayError(
      `Cannot replay: the run ends at step ${this.#turn}, ${this.#script.length} steps are wanted`,
    );
  }

  /** Takes what a task's guest asks. */
  ask(task: number, bytes: Uint8Array): void {
    try {
      if (this.#left !== undefined) throw this.#left;
      const things = this.#things[task] ?? new Map<string, SharedThing>();
      const steps = this.#stepsOf(decodeAsked(bytes, things), things);
      const run = new TaskRun(this.#answering, { name: this.#job.names[task] ?? "", number: task, steps });
      this.#runs.set(task, run);
      if (!this.#isScripted) this.#begin(run);
    } catch (error) {
      this.#options.answer(task, encodeAnswer({ error }));
    }
    this.#goOn();
  }

  /** Says that a task has ended: drops what it has asked, and tells or buries it. */
  ended(task: number, failure: FarError | undefined): void {
    this.#runs.delete(task);
    this.memory.unpark(task);
    const follow = () => this.burials.ended(task, failure);
    if (this.#job.script === undefined) follow();
    else this.#ended.set(task, follow);
    this.#goOn();
  }

  /** Stops its timer. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #stepsOf(asked: Asked, things: ReadonlyMap<string, SharedThing>): Steps<unknown> {
    return asked.kind === "ticket" ? this.#ticket() : askedSteps(asked, things);
  }

  // deno-lint-ignore require-yield
  *#ticket(): Steps<number> {
    return this.memory.ticket();
  }

  /** Runs whatever can run, answers whoever is served, and looks for deadlocks. */
  #goOn(): void {
    while (this.#isScripted && this.#left === undefined) {
      if (!this.#step()) return;
    }
    for (;;) {
      this.memory.advanceTo(this.#options.now());
      for (const { task, answer } of this.memory.takeReady()) {
        const run = this.#runs.get(task);
        if (run === undefined) continue;
        run.wake(answer);
        this.#queue.push(run);
      }
      const run = this.#queue.shift();
      if (run !== undefined) this.#advance(run);
      else if (!this.#breakDeadlock()) break;
    }
    clearTimeout(this.#timer);
    const { earliest } = this.memory;
    if (earliest === Infinity) return;
    const left = Math.min(LONGEST_TIMER, Math.max(0, Math.ceil(earliest - this.#options.now())));
    this.#timer = setTimeout(() => this.#goOn(), left);
  }

  get #isScripted(): boolean {
    return this.#turn < this.#script.length;
  }

  /** Does the next step of the script, if its task is there. */
  #step(): boolean {
    const step = this.#script[this.#turn];
    if (step === undefined) return false;
    const run = this.#runs.get(step.task);
    if (step.kind === "end") {
      const follow = this.#ended.get(step.task);
      if (follow === undefined) return run !== undefined && this.#leave(`wants ${this.#textOf(run)}`, step);
      follow();
    } else if (run === undefined) {
      // Its guest is still on its way, unless it ended where the script goes on.
      return this.#ended.has(step.task) && this.#leave("has ended", step);
    } else {
      const fault = this.#perform(run, step);
      if (fault !== undefined) return this.#leave(fault.is, step, fault.wanted);
    }
    this.#noteWoken();
    this.#turn++;
    // What follows the last operation belongs to it.
    if (run !== undefined && !run.parked && run.pending === undefined) this.#answer(run);
    if (!this.#isScripted) this.#leaveScript();
    return true;
  }

  /** Performs a step of the script; what is wrong, if it cannot be. */
  #perform(
    run: TaskRun<unknown>,
    { kind, task, operation, answer }: ScriptStep,
  ): { readonly is: string; readonly wanted?: string } | undefined {
    if (kind === "wake") {
      if (!this.#woken.has(task)) this.memory.expire(task);
      this.#noteWoken();
      if (!run.parked || !this.#woken.has(task)) return { is: "is not woken" };
      run.wake(this.#woken.get(task));
      this.#woken.delete(task);
      return undefined;
    }
    const { pending } = run;
    if (pending === undefined || operation === undefined || !sameOperation(pending, operation)) {
      return { is: `wants ${this.#textOf(run)}` };
    }
    // It stands before a call for as long as the script lasts.
    if (kind === "park" && operation.kind === "call") return undefined;
    this.#answered = undefined;
    run.perform();
    if (run.parked !== (kind === "park")) return { is: run.parked ? "waits" : "does not wait" };
    if (kind === "park" || operation.kind === "call" || sameAnswer(this.#answered, answer)) return undefined;
    const text = operationText(operation, this.memory.layout);
    return { is: `is answered ${String(this.#answered)} to ${text}`, wanted: String(answer) };
  }

  #noteWoken(): void {
    for (const { task, answer } of this.memory.takeReady()) this.#woken.set(task, answer);
  }

  /** Goes on without the script. */
  #leaveScript(): void {
    for (const [task, answer] of this.#woken) this.#runs.get(task)?.wake(answer);
    for (const run of this.#runs.values()) if (!run.parked) this.#begin(run);
  }

  /** Begins what a task asks beside a script: after its end only who waits for ever in it may ask. */
  #begin(run: TaskRun<unknown>): void {
    const last = this.#script.findLast(({ task }) => task === run.number);
    if (this.#job.script === undefined || last?.kind === "park") this.#queue.push(run);
    else this.#leave(`wants ${this.#textOf(run)}`);
  }

  #textOf({ pending }: TaskRun<unknown>): string {
    return pending === undefined ? "nothing" : operationText(pending, this.memory.layout);
  }

  /** Leaves the script: whoever asked something gets the reason. */
  #leave(
    is: string,
    step?: ScriptStep,
    wanted = step?.operation === undefined ? "its end" : operationText(step.operation, this.memory.layout),
  ): true {
    const place = step === undefined ? "after the last step a task" : `at step ${this.#turn} task ${step.task}`;
    const left = new ReplayError(`Cannot replay: ${place} ${is}, ${wanted} is wanted`);
    this.#left ??= left;
    for (const run of this.#runs.values()) {
      run.interrupt(left);
      this.#queue.push(run);
    }
    return true;
  }

  #advance(run: TaskRun<unknown>): void {
    if (this.#runs.get(run.number) !== run) return;
    while (!run.parked && !run.ended) run.perform();
    if (run.ended) this.#answer(run);
  }

  #answer(run: TaskRun<unknown>): void {
    this.#runs.delete(run.number);
    const { outcome } = run;
    this.#options.answer(
      run.number,
      this.#encode(
        outcome.kind === "threw" ? { error: outcome.error } : {
          value: outcome.kind === "returned" ? outcome.value : undefined,
        },
      ),
    );
  }

  #encode(answered: { readonly value: unknown } | { readonly error: unknown }): Uint8Array {
    try {
      return encodeAnswer(answered);
    } catch (error) {
      return encodeAnswer({ error });
    }
  }

  #breakDeadlock(): boolean {
    if (this.#runs.size === 0) return false;
    const waits = this.memory.parked.map(({ task, word = -1, until }): TaskWait => {
      const call = this.#runs.get(task)?.call;
      const queued = this.#job.space.isLane(word);
      return { task, object: call?.object ?? "", method: call?.method ?? "wait", timed: until !== Infinity, queued };
    });
    const found = findDeadlock({
      waits,
      live: this.#options.live(),
      owners: (object) => this.burials.owners(object),
      nameOf: (task) => this.#job.names[task] ?? `task ${task}`,
    });
    if (found === undefined) return false;
    for (const task of found.tasks) {
      const run = this.#runs.get(task);
      if (run === undefined) continue;
      run.interrupt(found.error);
      this.#queue.push(run);
    }
    return true;
  }
}
