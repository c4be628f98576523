/**
 * How a memory waits: the one place where a thread sleeps on a word, and where it is woken.
 *
 * - A wait compares the word with what is expected and falls asleep in one step, under the lock that `notify` takes: who
 *   stores and then notifies is never missed.
 * - A wait may end as `ok` by a notify that was meant for an earlier one: callers check again in a loop.
 * - Nothing else in `lib/` calls `Atomics.wait`, `Atomics.waitAsync` or `Atomics.notify`.
 */

/** How a wait ended: `ok` by a notify, `not-equal` at once, because the word is another, `timed-out` after its time. */
export type Waited = "ok" | "not-equal" | "timed-out";

/** How the threads of one memory wait for each other. */
export interface Waiting {
  /** Blocks while a word holds what is expected, for that many milliseconds at most. */
  wait(words: Int32Array, word: number, expected: number, milliseconds: number): Waited;
  /** The same, leaving the event loop free, which it does not keep alive. */
  waitAsync(words: Int32Array, word: number, expected: number, milliseconds: number): Waited | Promise<Waited>;
  /** Wakes those who wait on a word, first in first out, all or `count`; gives how many. */
  notify(words: Int32Array, word: number, count?: number): number;
}

/** Waiting on a `SharedArrayBuffer`, by `Atomics`. */
export const sharedWaiting: Waiting = {
  wait: (words, word, expected, milliseconds) => Atomics.wait(words, word, expected, milliseconds),
  waitAsync: (words, word, expected, milliseconds) => Atomics.waitAsync(words, word, expected, milliseconds).value,
  notify: (words, word, count = Infinity) => Atomics.notify(words, word, count),
};

/** Whether this realm may block: the one that draws a page may not. */
export function mayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
