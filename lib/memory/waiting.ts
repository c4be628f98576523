/**
 * How a memory waits: the one place where a thread sleeps on a word and is woken.
 *
 * - A wait compares the word and falls asleep in one step, under the lock that `notify` takes: a thread that stores and
 *   then notifies is never missed.
 * - A wait may end as `ok` because of a notify meant for an earlier one: callers check again in a loop.
 * - Nothing else in `lib/` calls `Atomics.wait`, `Atomics.waitAsync` or `Atomics.notify`.
 */

/**
 * How a wait ended: `ok` by a notify; `not-equal` at once, because the word has another value; `timed-out` after its
 * time.
 */
export type Waited = "ok" | "not-equal" | "timed-out";

/** How the threads of one memory wait for each other. */
export interface Waiting {
  /** Blocks while a word has the expected value, for at most that many milliseconds. */
  wait(words: Int32Array, word: number, expected: number, milliseconds: number): Waited;
  /** The same, but leaves the event loop free, and does not keep it alive. */
  waitAsync(words: Int32Array, word: number, expected: number, milliseconds: number): Waited | Promise<Waited>;
  /** Wakes `count` waiters of a word, first in, first out (all by default); returns how many. */
  notify(words: Int32Array, word: number, count?: number): number;
}

/** Waiting on a `SharedArrayBuffer`, by `Atomics`. */
export const sharedWaiting: Waiting = {
  wait: (words, word, expected, milliseconds) => Atomics.wait(words, word, expected, milliseconds),
  waitAsync: (words, word, expected, milliseconds) => Atomics.waitAsync(words, word, expected, milliseconds).value,
  notify: (words, word, count = Infinity) => Atomics.notify(words, word, count),
};

/** Whether this realm may block; a browser page's main thread may not. */
export function mayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
