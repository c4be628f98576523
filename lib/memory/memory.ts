/**
 * The contract that every memory keeps.
 *
 * - `perform` does one operation at once and gives its answer; `wait` and `sleep` return when they are over.
 * - The shared memory really blocks for that. In the model a lone task is meant, which nobody can notify: time passes up to
 *   the deadline, and a wait without one is an error. Many tasks on the model take the cooperative driver.
 * - A `call` is answered with `INLINE`, unless the memory belongs to somebody elsewhere who runs it.
 * - A word or byte out of range, or a 64-bit cell at an odd word, is a `RangeError`.
 */

import type { Layout } from "./layout.ts";
import type { Answer, Operation, Steps } from "./operation.ts";

/** Words and bytes, and whoever performs the operations on them. */
export interface Memory {
  /** Where everything lies, and its names; frozen. */
  readonly layout: Layout;
  /** Performs one operation and gives its answer. */
  perform(operation: Operation): Answer;
  /** Draws the next ticket: every ticket is greater than all that were drawn before it, on any side; from 1 on. */
  ticket(): number;
  /**
   * Performs steps that a guard's disposal asks for and that never wait for long: at once, or, where a driver switches
   * tasks at operations, as the next ones of the running task.
   */
  release(steps: Steps<unknown>): void;
  /**
   * Performs one operation without blocking the event loop; absent where only blocking is possible. Nobody is interested
   * in a wait any more whose signal is aborted: it holds nothing from then on, and may answer anything.
   */
  performAsync?(operation: Operation, signal?: AbortSignal): Answer | Promise<Answer>;
  /** The memory as one call of a promise view is to have it; absent where calls need not be told apart. */
  forCall?(): Memory;
  /** For how many microseconds a task may look at a word before it sleeps, where each task has a core of its own. */
  readonly spin?: number | undefined;
  /** The words themselves, where tasks may work on them at once by `Atomics`: only in shared memory. */
  readonly words?: Int32Array | undefined;
}

/** What chance a memory has: gives a whole number of 0 to n - 1. */
export type Chooser = (n: number) => number;

/** Always the first choice: the default. */
export function firstChoice(_n: number): number {
  return 0;
}

/** What `choose` answers: the chooser's pick, checked. */
export function pick(chooser: Chooser, n: number): number {
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new RangeError(`Cannot choose: ${n} choices, a whole number of at least 1 is wanted`);
  }
  const choice = chooser(n);
  if (!Number.isSafeInteger(choice) || choice < 0 || choice >= n) {
    throw new RangeError(`Cannot choose: the chooser gave ${choice}, a whole number from 0 to ${n - 1} is wanted`);
  }
  return choice;
}

/** Throws unless the time that an operation waits for is one: nothing ever comes at `NaN`. */
export function checkTime(act: "sleep" | "wait", time: number): void {
  if (typeof time !== "number" || Number.isNaN(time)) {
    throw new RangeError(`Cannot ${act}: the time is ${time}, a number of milliseconds is wanted`);
  }
}
