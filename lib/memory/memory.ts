/**
 * The contract of every memory.
 *
 * - `perform` performs one operation at once and returns its answer; `wait` and `sleep` return when they are over.
 * - Shared memory really blocks for them. On model memory, `perform` assumes a lone task, which nobody can notify: time
 *   jumps to the deadline, and a wait without a deadline is an error. Many tasks on model memory need the cooperative
 *   driver.
 * - A `call` is answered with `INLINE`, unless the memory's owner is elsewhere and runs it.
 * - A word or byte out of range, or a 64-bit cell at an odd word, is a `RangeError`.
 */

import type { Layout } from "./layout.ts";
import type { Answer, Operation } from "./operation.ts";
import type { Steps } from "./steps.ts";

/** Words and bytes, and the operations on them. */
export interface Memory {
  /** The layout, with all names; frozen. */
  readonly layout: Layout;
  /** Performs one operation and returns its answer. */
  perform(operation: Operation): Answer;
  /** Draws the next ticket, from 1 on: greater than every ticket drawn before it, on any side. */
  ticket(): number;
  /**
   * Performs the steps of a guard's disposal, which never wait for long: at once, or, if a driver switches tasks at
   * operations, as the next steps of the running task.
   */
  release(steps: Steps<unknown>): void;
  /**
   * Performs one operation without blocking the event loop; absent if only blocking is possible. Once `signal` is
   * aborted nobody uses the answer of a wait: it must hold nothing from then on, and may answer anything.
   */
  performAsync?(operation: Operation, signal?: AbortSignal): Answer | Promise<Answer>;
  /** The memory for one call of a promise view; absent if calls need not be told apart. */
  forCall?(): Memory;
  /** How long a task may spin on a word before it sleeps, in microseconds, if each task has its own core. */
  readonly spin?: number | undefined;
  /** The words themselves, if tasks may use `Atomics` on them directly: only in shared memory. */
  readonly words?: Int32Array | undefined;
}

/** A memory's source of chance: returns an integer from 0 to n - 1. */
export type Chooser = (n: number) => number;

/** The default chooser: always the first choice. */
export function firstChoice(_n: number): number {
  return 0;
}

/** The answer to `choose`: the chooser's pick, validated. */
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

/** Throws if the time that an operation waits for is not a number: `NaN` would never be reached. */
export function checkTime(act: "sleep" | "wait", time: number): void {
  if (typeof time !== "number" || Number.isNaN(time)) {
    throw new RangeError(`Cannot ${act}: the time is ${time}, a number of milliseconds is wanted`);
  }
}
