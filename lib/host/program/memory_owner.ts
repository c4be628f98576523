/**
 * The owner of the memory of tasks that request each operation: performs their guests' requests on model memory, with
 * the real clock.
 *
 * - Each guest makes one request at a time. One that must wait is parked, and answered when its wait is over.
 * - Steps run until they park, so no guest ever sees a half-done change, and a guest that dies leaves nothing torn.
 * - Invariant: a timer is set for the earliest time that a parked task waits for.
 * - A deadlock is found when its last task parks.
 * - With a script, operations are performed in its order, one at a time, on a virtual clock; after its end, as they
 *   come. If a task deviates from the script, all later requests fail with a `ReplayError`.
 */

import { type FarError, ProtocolError, ReplayError } from "../../errors.ts";
import { type Answer, ModelMemory, type PARKED, runBlocking, seededChooser, type Steps } from "../../memory/mod.ts";
import type { Script, ScriptStep, TaskMemory } from "../../program/mod.ts";
import { operationText, sameAnswer, sameOperation, TaskRun } from "../../program/mod.ts";
import { after } from "../../platform/mod.ts";
import type { Things } from "../../sync/mod.ts";
import { decodeRequest, encodeAnswer, type MemoryRequest, requestSteps } from "../shared/memory_request.ts";
import { Recovery } from "../shared/recovery.ts";
import { findDeadlock, type TaskWait } from "./deadlock.ts";
import { type HeldSpan, HoldRecorder } from "./hold_recorder.ts";
import type { ProgramJob, TaskEnd } from "./run.ts";
import { WatchedMemory, watchThings } from "./watched_memory.ts";
import type { TasksMemory } from "./tasks_memory.ts";

/** What an owner needs. */
export interface MemoryOwnerOptions {
  /** The real clock, in milliseconds. */
  readonly now: () => number;
  /** How many tasks have not ended. */
  readonly live: () => number;
  /** Receives what tasks held, if given. */
  readonly held?: (span: HeldSpan) => void;
}

/** The owner of the memory of tasks that request each operation. */
export class MemoryOwner implements TasksMemory {
  /** The memory. */
  readonly memory: ModelMemory;
  readonly #recovery: Recovery;
  readonly #job: ProgramJob;
  readonly #options: MemoryOwnerOptions;
  readonly #holds: HoldRecorder | undefined;
  readonly #things: readonly Things[];
  /** Receives the answer to each task's request. */
  readonly #answers = new Map<number, (bytes: Uint8Array) => void>();
  /** The unanswered request of each task. */
  readonly #runs = new Map<number, TaskRun<unknown>>();
  readonly #queue: TaskRun<unknown>[] = [];
  #stopTimer = (): void => {};
  /** The steps of the script, to be performed from #turn on. */
  readonly #script: Script;
  #turn = 0;
  #left: ReplayError | undefined;
  /** The tasks' view of the memory, which records the last answer. */
  readonly #answering: TaskMemory;
  #answered: Answer | typeof PARKED;
  /** The tasks that have ended. */
  readonly #ended = new Set<number>();
  /** The tasks woken before the script wakes them. */
  readonly #woken = new Map<number, Answer>();

  /** Creates the memory of a run. */
  constructor(job: ProgramJob, options: MemoryOwnerOptions) {
    const { space, names, settings } = job;
    this.#job = job;
    this.#options = options;
    this.#script = job.script ?? [];
    const chance = seededChooser(settings.seed);
    const Kind = job.watch === undefined ? ModelMemory : WatchedMemory;
    this.memory = new Kind(space.layout, {
      start: this.#script.length > 0 ? 0 : options.now(),
      patient: () => this.#isScripted && this.#script[this.#turn]?.kind === "park",
      chooser: (n) => this.#isScripted ? Number(this.#script[this.#turn]?.answer) : chance(n),
    });
    this.#answering = {
      begin: (operation, task) => {
        const answer = this.memory.begin(operation, task);
        // Bytes are read into the task's own buffer, which it overwrites as soon as it continues.
        if (this.#isScripted) this.#answered = answer instanceof Uint8Array ? answer.slice() : answer;
        return answer;
      },
      takeDeferred: () => this.memory.takeDeferred(),
      unpark: (task) => this.memory.unpark(task),
    };
    runBlocking(this.memory, space.initialize());
    if (this.memory instanceof WatchedMemory) watchThings(job, this.memory, options.now);
    this.#things = names.map((_, task) => space.attach(this.memory, { task }).things);
    this.#recovery = new Recovery(space, this.memory);
    const { held } = options;
    this.#holds = held === undefined
      ? undefined
      : new HoldRecorder(space.attach(this.memory).things, this.memory, held);
  }

  began(): void {}

  stop(): void {}

  checked(ends: readonly TaskEnd[]): readonly TaskEnd[] {
    if (this.#left !== undefined) throw this.#left;
    if (!this.#isScripted) return ends;
    throw new ReplayError(
      `Cannot replay: the run ends at step ${this.#turn}, ${this.#script.length} steps are wanted`,
    );
  }

  /**
   * Handles a request of a task's guest.
   *
   * @throws {ProtocolError} if it is not a valid request, or the last one is still unanswered.
   */
  ask(task: number, bytes: Uint8Array, answer: (bytes: Uint8Array) => void): void {
    if (this.#answers.has(task)) {
      throw new ProtocolError(`task ${task} asks before it was answered, one thing at a time is wanted`);
    }
    this.#answers.set(task, answer);
    try {
      if (this.#left !== undefined) throw this.#left;
      const things = this.#things[task] ?? new Map();
      const steps = this.#stepsOf(decodeRequest(bytes, things), things);
      const run = new TaskRun(this.#answering, { name: this.#job.names[task] ?? "", number: task, steps });
      this.#runs.set(task, run);
      if (!this.#isScripted) this.#begin(run);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      this.#tell(task, encodeAnswer({ error }));
    }
    this.#goOn();
  }

  /** Handles the end of a task: drops its request, and passes on what it held. */
  ended(task: number, failure: FarError | undefined): void {
    this.#runs.delete(task);
    this.#answers.delete(task);
    this.memory.unpark(task);
    this.#ended.add(task);
    if (this.#job.script === undefined) this.#recovery.ended(task, failure);
    else if (this.#script.some((step) => step.task === task && step.ended)) {
      const steps = this.#recovery.steps(task, failure);
      this.#runs.set(task, new TaskRun(this.#answering, { name: "", number: task, steps }));
    }
    this.#goOn();
  }

  /** Stops its timer. */
  close(): void {
    this.#holds?.end(this.#options.now());
    if (this.memory instanceof WatchedMemory) this.memory.uses = undefined;
    this.#stopTimer();
  }

  #stepsOf(request: MemoryRequest, things: Things): Steps<unknown> {
    return request.kind === "ticket" ? this.#ticket() : requestSteps(request, things);
  }

  // deno-lint-ignore require-yield
  *#ticket(): Steps<number> {
    return this.memory.ticket();
  }

  /** Runs everything that can run, answers the requests that are done, and looks for deadlocks. */
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
    this.#holds?.look(this.#options.now());
    this.#stopTimer();
    const left = Math.max(0, Math.ceil(this.memory.earliest - this.#options.now()));
    this.#stopTimer = after(left, () => this.#goOn());
  }

  get #isScripted(): boolean {
    return this.#turn < this.#script.length;
  }

  /** Performs the next step of the script, if its task is there; returns whether it did. */
  #step(): boolean {
    const step = this.#script[this.#turn];
    if (step === undefined) return false;
    const run = this.#runs.get(step.task);
    if (step.ended === undefined && this.#ended.has(step.task)) return this.#leave("has ended", step);
    // Its guest's request is still on its way.
    if (run === undefined) return false;
    if (step.ended && !this.#ended.has(step.task)) return this.#leave(`wants ${this.#textOf(run)}`, step, "its end");
    const fault = this.#perform(run, step);
    if (fault !== undefined) return this.#leave(fault.is, step, fault.wanted);
    this.#noteWoken();
    this.#turn++;
    // Any code after the last operation belongs to it.
    if (!run.parked && run.pending === undefined) this.#answer(run);
    if (!this.#isScripted) this.#leaveScript();
    return true;
  }

  /** Performs a step of the script; returns what is wrong if that is not possible. */
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
    if (pending === undefined || !sameOperation(pending, operation)) {
      return { is: `wants ${this.#textOf(run)}` };
    }
    // It stays before that call as long as the script lasts.
    if (kind === "stop" || (kind === "park" && operation.kind === "call")) return undefined;
    this.#answered = undefined;
    // Time passes as in the script.
    if (pending.kind === "now") this.memory.pass(Number(answer));
    run.perform();
    if (run.parked !== (kind === "park")) return { is: run.parked ? "waits" : "does not wait" };
    if (kind === "park" || operation.kind === "call" || sameAnswer(this.#answered, answer)) return undefined;
    const text = operationText(operation, this.memory.layout);
    return { is: `is answered ${String(this.#answered)} to ${text}`, wanted: String(answer) };
  }

  #noteWoken(): void {
    for (const { task, answer } of this.memory.takeReady()) this.#woken.set(task, answer);
  }

  /** Continues after the script. */
  #leaveScript(): void {
    for (const [task, answer] of this.#woken) this.#runs.get(task)?.wake(answer);
    for (const run of this.#runs.values()) if (!run.parked && !this.#isStopped(run)) this.#begin(run);
  }

  /** Whether the request is the one at which the script stops its task. */
  #isStopped(run: TaskRun<unknown>): boolean {
    return this.#script.findLast(({ task }) => task === run.number)?.kind === "stop";
  }

  /**
   * Begins a request outside a script. After a script has ended, only a task that waits forever at its end may make
   * one.
   */
  #begin(run: TaskRun<unknown>): void {
    const last = this.#script.findLast(({ task }) => task === run.number);
    if (this.#job.script === undefined || last?.kind === "park") this.#queue.push(run);
    else this.#leave(`wants ${this.#textOf(run)}`);
  }

  #textOf({ pending }: TaskRun<unknown>): string {
    return pending === undefined ? "nothing" : operationText(pending, this.memory.layout);
  }

  /** Abandons the script: every pending request fails with the reason. */
  #leave(
    is: string,
    step?: ScriptStep,
    wanted = step === undefined ? "its end" : operationText(step.operation, this.memory.layout),
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
    this.#tell(
      run.number,
      this.#encode(
        outcome.kind === "threw" ? { error: outcome.error } : {
          value: outcome.kind === "returned" ? outcome.value : undefined,
        },
      ),
    );
  }

  #tell(task: number, bytes: Uint8Array): void {
    const answer = this.#answers.get(task);
    this.#answers.delete(task);
    answer?.(bytes);
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
      const object = call?.object ?? this.memory.layout.nameOf(word);
      return { task, object, method: call?.method ?? "wait", timed: until !== Infinity, queued };
    });
    const { names } = this.#job;
    const found = findDeadlock(waits, { names, live: this.#options.live(), recovery: this.#recovery });
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
