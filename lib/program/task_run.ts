/**
 * One running task: its steps, the operation that it performs next, and how it ended.
 *
 * - Local code runs as soon as the task continues, so a ready task is always about to perform an operation.
 * - The steps of guards' disposals come before the next operation of the task's own steps.
 * - If an operation throws, the error is thrown into the steps that yielded it.
 */

import type { Answer, CallOperation, ModelMemory, Operation, Steps } from "../memory/mod.ts";
import { PARKED, throwInto } from "../memory/mod.ts";

/** How a task ended. */
export type TaskOutcome<T> =
  | { readonly kind: "returned"; readonly name: string; readonly value: T }
  | { readonly kind: "threw"; readonly name: string; readonly error: unknown }
  | { readonly kind: "waiting"; readonly name: string };

/** What performs a task's operations: a model memory, or a substitute for one. */
export type TaskMemory = Pick<ModelMemory, "begin" | "takeDeferred" | "unpark">;

/** One running task: its steps, the operation that it performs next, and how it ended. */
export class TaskRun<T> {
  /** The task's name. */
  readonly name: string;
  /** The number by which the memory knows it. */
  readonly number: number;
  /** The last call that the task announced. */
  call: CallOperation | undefined;
  /** Whether it is parked in the memory. */
  parked = false;
  #outcome: TaskOutcome<T>;
  readonly #memory: TaskMemory;
  readonly #steps: Iterator<Operation, T, unknown>;
  // Undefined before the first step; otherwise the operation that the task's own steps perform next or are parked in,
  // or their end.
  #step: IteratorResult<Operation, T> | undefined;
  #failure: { readonly error: unknown } | undefined;
  // The steps of guards' disposals: the first has begun and is about to perform #releaseStep, which comes before #step.
  #releases: Iterator<Operation, unknown, unknown>[] = [];
  #releaseStep: Operation | undefined;
  // Set from the wake-up of a parked task until it continues.
  #woken: { readonly answer: Answer } | undefined;

  /** Creates a task that has not begun. */
  constructor(memory: TaskMemory, { name, number, steps }: { name: string; number: number; steps: Steps<T> }) {
    this.name = name;
    this.number = number;
    this.#memory = memory;
    this.#steps = steps[Symbol.iterator]();
    this.#outcome = { kind: "waiting", name };
  }

  /** How it ended; `waiting` before that. */
  get outcome(): TaskOutcome<T> {
    return this.#outcome;
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.#outcome.kind !== "waiting";
  }

  /** The operation that it performs next, or in which it is parked; `undefined` once it has ended. */
  get pending(): Operation | undefined {
    if (this.#woken !== undefined) {
      const { answer } = this.#woken;
      this.#woken = undefined;
      this.#goOn(answer);
    } else if (this.#step === undefined && this.#failure === undefined) {
      this.#goOn(undefined);
    }
    if (this.#releaseStep !== undefined) return this.#releaseStep;
    return this.#step === undefined || this.#step.done ? undefined : this.#step.value;
  }

  /** Performs the pending operation, then continues to the next one or parks. */
  perform(): void {
    const operation = this.pending;
    if (operation === undefined) return;
    if (operation.kind === "call") this.call = operation;
    else if (operation.kind === "wait" && operation.polls) this.call = undefined;
    let answer: Answer | typeof PARKED;
    try {
      answer = this.#memory.begin(operation, this.number);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (answer === PARKED) this.parked = true;
    else this.#goOn(answer);
  }

  /** Records the answer to the operation in which the task is parked; the task continues at its next turn. */
  wake(answer: Answer): void {
    this.parked = false;
    this.#woken = { answer };
  }

  /** Throws an error into the task at its current operation. */
  interrupt(error: unknown): void {
    if (this.pending === undefined) return;
    this.#memory.unpark(this.number);
    this.parked = false;
    this.#fail(error);
  }

  #goOn(answer: Answer): void {
    const [release] = this.#releases;
    try {
      if (release === undefined) this.#step = this.#steps.next(answer);
      else this.#stepOf(release.next(answer));
    } catch (error) {
      this.#caught(release, error);
    }
    this.#settle();
  }

  #fail(error: unknown): void {
    const [release] = this.#releases;
    try {
      if (release === undefined) this.#step = throwInto(this.#steps, error);
      else this.#stepOf(throwInto(release, error));
    } catch (error) {
      this.#caught(release, error);
    }
    this.#settle();
  }

  /** An error in a disposal's steps is thrown into the task's own steps, as if they were performed at once. */
  #caught(release: Iterator<Operation> | undefined, error: unknown): void {
    if (release === undefined || this.#step === undefined || this.#step.done) {
      this.#failure = { error };
      this.#step = undefined;
      this.#releases = [];
      this.#releaseStep = undefined;
      return;
    }
    this.#releases.shift();
    this.#releaseStep = undefined;
    try {
      this.#step = throwInto(this.#steps, error);
    } catch (error) {
      this.#caught(undefined, error);
    }
  }

  #stepOf(result: IteratorResult<Operation, unknown>): void {
    this.#releaseStep = result.done ? undefined : result.value;
    if (result.done) this.#releases.shift();
  }

  /** Begins the disposals that were requested, and records the end. */
  #settle(): void {
    for (const steps of this.#memory.takeDeferred()) this.#releases.push(steps[Symbol.iterator]());
    while (this.#releaseStep === undefined) {
      const [release] = this.#releases;
      if (release === undefined) break;
      try {
        this.#stepOf(release.next());
      } catch (error) {
        this.#caught(release, error);
      }
    }
    if (this.#releaseStep !== undefined) return;
    if (this.#failure !== undefined) this.#outcome = { kind: "threw", name: this.name, error: this.#failure.error };
    else if (this.#step?.done) this.#outcome = { kind: "returned", name: this.name, value: this.#step.value };
  }
}
