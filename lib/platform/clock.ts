/**
 * Real time: the same time base in threads and children, timers of any duration, and turns of the event loop.
 *
 * - Times are milliseconds since the epoch, with a fraction; the clocks of threads and children agree to within
 *   microseconds.
 * - A timer of `Infinity` never fires; the longest other one is {@linkcode LONGEST_TIMER}.
 */

import { platform } from "./here.ts";

/** The longest duration of a timer, in milliseconds; with a longer one, it would fire at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** The current time in milliseconds since the epoch, with a fraction. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Resolves after one turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => platform.soon(resolve));
}

/** Keeps the event loop alive until the returned function is called. */
export function holdEventLoop(): () => void {
  return every(LONGEST_TIMER, () => {});
}

/** Calls back after that many milliseconds (never for `Infinity`), unless the returned function is called first. */
export function after(milliseconds: number, callback: () => void): () => void {
  if (milliseconds === Infinity) return () => {};
  const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_TIMER));
  return () => clearTimeout(timer);
}

/** The value of a promise, or `undefined` if it takes longer than that many milliseconds. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const stopTimer = after(milliseconds, () => late.resolve(undefined));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    stopTimer();
  }
}

/** Calls back; an error in the callback affects nothing else, and is thrown separately. */
export function callIsolated(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Calls back every so many milliseconds, until the returned function is called. */
export function every(milliseconds: number, callback: () => void): () => void {
  const timer = setInterval(callback, milliseconds);
  return () => clearInterval(timer);
}

/**
 * Converts a caller's time limit from seconds to milliseconds; `Infinity` if there is none.
 *
 * @throws {RangeError} if it is not a number of seconds that a timer supports, or is 0 although `positive` is set.
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
