/**
 * Stands in for the memory of a task whose steps are only asked what they would do: it gives predetermined answers, and
 * knows where tasks may switch.
 *
 * - The releases of guards are left to the code that runs the steps, except those up to the last that is known to fail:
 *   these are performed at once, so that the error is thrown where the guard is disposed of.
 */

import {
  type Answer,
  type CallOperation,
  InlineCall,
  type Layout,
  type Memory,
  type Operation,
  type Steps,
  throwInto,
} from "../memory/mod.ts";
import type { TaskMemory } from "../program/mod.ts";
import { changesCell } from "./accesses.ts";
import { type Looks, NO_LOOKS } from "./looks.ts";

/** The failure of an operation: the error is thrown where the steps yielded it. */
export class Failure {
  /** The error to throw. */
  readonly error: unknown;

  /** Wraps an error, and removes its stack, which says nothing about the steps. */
  constructor(error: unknown) {
    this.error = error;
    if (error instanceof Error) error.stack = String(error);
  }
}

/** What determines where tasks may switch. */
export interface TreeRules {
  /** What tasks look at. */
  readonly looks: Looks;
  /** Whether a word belongs to a monitor. */
  isMonitor(word: number): boolean;
  /** Whether time may pass before an operation. */
  isLook(operation: Operation): boolean;
  /** Called for each requested operation. */
  note(operation: Operation): void;
}

/** The rules for steps that nobody interrupts. */
export const NO_RULES: TreeRules = { looks: NO_LOOKS, isMonitor: () => false, isLook: () => false, note: () => {} };

/** What is known when steps run again. */
export interface KnownAnswers {
  /** The answers to the steps. */
  readonly answers: readonly (Answer | Failure)[];
  /** The number of releases to perform at once: all up to the last one that fails. */
  readonly atOnce: number;
}

/** What is known when steps run for the first time. */
export const NOTHING_KNOWN: KnownAnswers = { answers: [], atOnce: 0 };

/**
 * Stands in for the memory of a task whose steps are only asked what they would do: it gives predetermined answers, and
 * knows where tasks may switch.
 */
export class Prompter implements Memory, TaskMemory {
  /** The layout of the shared things. */
  readonly layout: Layout;
  /** The answer to the next operation. */
  answer: Answer | Failure;
  #deferred: Steps<unknown>[] = [];
  #calls: { readonly operation: CallOperation; readonly inline: InlineCall }[] = [];
  readonly #rules: TreeRules;
  /** The number of releases performed at once. */
  readonly atOnce: number;
  /** The number of a later release that failed; its error must still be thrown where its guard is disposed of. */
  failed: number | undefined;
  /** The number of known answers given so far. */
  given = 0;
  readonly #answers: readonly (Answer | Failure)[];
  #releases = 0;
  // The number of monitors that the steps are in.
  #inside = 0;
  // Whether the present call has changed something since others last could act.
  #changed = false;

  /** Stands in for a memory, given what is known about the steps. */
  constructor(layout: Layout, rules: TreeRules, { answers, atOnce }: KnownAnswers) {
    this.layout = layout;
    this.#rules = rules;
    this.#answers = answers;
    this.atOnce = atOnce;
  }

  /** Answers the next operation with the next of the known answers. */
  give(): void {
    this.answer = this.#answers[this.given++];
  }

  /** The outermost call that has begun and not ended. */
  get call(): CallOperation | undefined {
    if (this.#calls.length > 0) this.#calls = this.#calls.filter(({ inline }) => !inline.ended);
    return this.#calls[0]?.operation;
  }

  /** Whether tasks may switch before an operation outside of calls. */
  switches({ kind, starts }: Operation & { readonly starts?: boolean }): boolean {
    if (kind === "now") return !starts || this.#rules.looks.clock;
    return kind !== "sleep" && kind !== "choose";
  }

  /**
   * Whether an operation in a call begins a second change: outside of all monitors, it enters one, or compares and
   * exchanges a word. Time may also pass before each read of the clock.
   */
  begins(operation: Operation): boolean {
    if (this.#rules.isLook(operation)) return true;
    return this.#inside === 0 && this.#changed && operation.kind === "compareExchange";
  }

  /** Tracks how far a call is. */
  #follow(operation: Operation, answer: Answer | Failure): void {
    const begins = operation.kind === "call" && this.call === undefined;
    // A woken task waited at a place where others could act.
    if (begins || (operation.kind === "wait" && answer === "woken")) {
      this.#changed = false;
      return;
    }
    if (!("order" in operation) || !changesCell(operation, answer)) return;
    const { word, kind } = operation;
    if (kind === "compareExchange") this.#changed = true;
    if (!this.#rules.isMonitor(word)) return;
    if (kind === "compareExchange" && operation.expected === 0) this.#inside++;
    else if (kind === "exchange" && this.#inside > 0) this.#inside--;
  }

  /** Answers an operation. */
  begin(operation: Operation): Answer {
    const { answer } = this;
    this.#follow(operation, answer);
    if (answer instanceof Failure) throw answer.error;
    if (operation.kind === "call") {
      const inline = new InlineCall();
      this.#calls.push({ operation, inline });
      return inline;
    }
    if (operation.kind !== "read" || operation.into === undefined || !(answer instanceof Uint8Array)) return answer;
    operation.into.set(answer);
    return operation.into.subarray(0, answer.length);
  }

  /** The releases of guards since the last call. */
  takeDeferred(): readonly Steps<unknown>[] {
    const deferred = this.#deferred;
    if (deferred.length > 0) this.#deferred = [];
    return deferred;
  }

  /** Does nothing: nobody waits here. */
  unpark(): void {}

  /** Leaves a release to the code that runs the task, or performs it. */
  release(steps: Steps<unknown>): void {
    const number = this.#releases++;
    if (number >= this.atOnce) {
      this.#deferred.push(this.#noting(steps, number));
      return;
    }
    const iterator = steps[Symbol.iterator]();
    for (let step = iterator.next(); !step.done && this.given < this.#answers.length;) {
      this.give();
      let answer: Answer;
      try {
        answer = this.begin(step.value);
      } catch (error) {
        step = throwInto(iterator, error);
        continue;
      }
      step = iterator.next(answer);
    }
  }

  /** The steps of a release, which note a failure. */
  *#noting(steps: Steps<unknown>, number: number): Steps<unknown> {
    try {
      return yield* steps;
    } catch (error) {
      this.failed = number;
      throw error;
    }
  }

  /** Throws: only steps are supported. */
  perform(operation: Operation): never {
    throw new TypeError(
      `Cannot ${operation.kind}: a Sync face in a task that is explored, its steps (yield*) are wanted`,
    );
  }

  /** Throws: only steps are supported. */
  ticket(): never {
    throw new TypeError("Cannot draw a ticket: the task is explored, an operation is wanted");
  }
}
