/**
 * A memory that notes when its task waits, for the picture of a run.
 *
 * - What takes time is a wait, a sleep, and a call that the owner of the memory answers; all else is the task's own work.
 */

import type { Answer, CallOperation, Layout, Memory, Operation, Steps } from "../../memory/mod.ts";
import { INLINE, runBlocking } from "../../memory/mod.ts";

/** A wait of a task. */
export interface TaskSpan {
  /** What it waited in. */
  readonly name: string;
  /** When it began, in milliseconds. */
  readonly started: number;
  /** When it was over, in milliseconds. */
  readonly finished: number;
}

export class ObservedMemory implements Memory {
  /** The waits so far. */
  readonly waits: TaskSpan[] = [];
  readonly #memory: Memory;
  readonly #now: () => number;
  #call: CallOperation | undefined;

  /** Observes a memory by a clock. */
  constructor(memory: Memory, now: () => number) {
    this.#memory = memory;
    this.#now = now;
  }

  /** That of the memory. */
  get layout(): Layout {
    return this.#memory.layout;
  }

  /** Those of the memory. */
  get words(): Int32Array | undefined {
    return this.#memory.words;
  }

  /** Performs one operation, and notes it if it waits. */
  perform(operation: Operation): Answer {
    const { kind } = operation;
    if (kind === "call") this.#call = operation;
    if (kind !== "call" && kind !== "wait" && kind !== "sleep") return this.#memory.perform(operation);
    const started = this.#now();
    let answer: Answer;
    try {
      answer = this.#memory.perform(operation);
    } finally {
      const name = kind === "sleep" ? "sleep" : `${this.#call?.object}.${this.#call?.method}`;
      if (kind !== "call" || answer !== INLINE) this.waits.push({ name, started, finished: this.#now() });
    }
    return answer;
  }

  /** Draws the next ticket. */
  ticket(): number {
    return this.#memory.ticket();
  }

  /** Performs the steps at once. */
  release(steps: Steps<unknown>): void {
    runBlocking(this, steps);
  }
}
