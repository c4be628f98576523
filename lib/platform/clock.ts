/**
 * Real time: the same time base in threads and children, timers of any length, and turns of the event loop.
 *
 * - Milliseconds since the epoch with a fraction; clocks of threads and children agree to some microseconds.
 * - A timer of `Infinity` never rings; the longest other one is {@linkcode LONGEST_TIMER}.
 */

import { platform } from "./here.ts";

/** The longest time that a timer takes, in milliseconds: with a longer one it rings at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** The time in milliseconds since the epoch, with a fraction. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Resolves after one turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => platform.soon(resolve));
}

/** Keeps the event loop alive until what it gives is called. */
export function holdEventLoop(): () => void {
  return every(LONGEST_TIMER, () => {});
}

/** Calls back after that many milliseconds, never for `Infinity`, unless what it gives is called before. */
export function after(milliseconds: number, callback: () => void): () => void {
  if (milliseconds === Infinity) return () => {};
  const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_TIMER));
  return () => clearTimeout(timer);
}

/** The value of a promise, or undefined where that takes longer than so many milliseconds. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const letGo = after(milliseconds, () => late.resolve(undefined));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    letGo();
  }
}

/** Calls back; what that throws stops nobody, and is thrown on its own. */
export function apart(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Calls back again and again until what it gives is called. */
export function every(milliseconds: number, callback: () => void): () => void {
  const timer = setInterval(callback, milliseconds);
  return () => clearInterval(timer);
}

/**
 * A limit in seconds, as a caller gives it, in milliseconds: `Infinity` where there is none.
 *
 * @throws {RangeError} if it is no number of seconds that a timer takes, or 0 where `positive` is wanted.
 */
export function limit(
  seconds: number | undefined,
  { act, positive = false }: { readonly act: string; readonly positive?: boolean },
): number {
  if (seconds === undefined || seconds === Infinity) return Infinity;
  const isNumber = typeof seconds === "number" && seconds >= 0 && seconds * 1000 <= LONGEST_TIMER;
  if (isNumber && (seconds > 0 || !positive)) return seconds * 1000;
  const wanted = positive
    ? `a timeout of ${seconds} s, a number above 0, at most ${LONGEST_TIMER / 1000}, or Infinity`
    : `for ${seconds} s, a number of seconds from 0 to ${LONGEST_TIMER / 1000}, or Infinity,`;
  throw new RangeError(`Cannot ${act}: ${wanted} is wanted`);
}
