/**
 * One wait for many pipes: what a host blocks on that waits for several guests.
 *
 * - Invariant: `outstanding` is how many ends are armed and not counted off. Whoever takes the flag of an armed end back
 *   counts it off, so it is counted off once; the last one notifies, and an urgent one at once.
 * - A thread that stores anything else here can keep its host waiting for the deadline, or wake it early, and no more.
 */

import type { BytePipe, PipeEnd } from "./byte_pipe.ts";
import { sharedWaiting } from "./waiting.ts";

/** How an end of a pipe sleeps: by its event loop, */
export const LISTENS = 1;
/** in `BytePipe.wait`, */
export const BLOCKS = 2;
/** or as a host, on the doorbell: until all have rung, */
export const COUNTED = 3;
/** or until one has. */
export const URGENT = 4;

const OUTSTANDING = 0;
const SPIN = 1;
/** The longest spin, in microseconds. */
const MOST_SPIN = 20;
/** How often a spinning wait looks between two looks at the clock. */
const LOOKS = 50;

/** What the guests of a doorbell attach with; structured-cloneable. */
export interface DoorbellHandle {
  /** The words. */
  readonly buffer: SharedArrayBuffer;
}

/** One wait for many pipes: what a host blocks on that waits for several guests. */
export class Doorbell {
  /** What guests attach with. */
  readonly handle: DoorbellHandle;
  readonly #words: Int32Array;
  readonly #clock: () => number;

  /** Makes one, or attaches to one; the clock is in milliseconds. */
  constructor(
    clock: () => number,
    handle: DoorbellHandle = { buffer: new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT) },
  ) {
    this.#clock = clock;
    this.handle = handle;
    this.#words = new Int32Array(handle.buffer);
  }

  /** For how many microseconds waits look before they sleep. */
  get spin(): number {
    return Atomics.load(this.#words, SPIN);
  }

  set spin(microseconds: number) {
    Atomics.store(this.#words, SPIN, microseconds);
  }

  /** Counts an end off, as whoever took its flag back: `how` is what the flag said. */
  off(how: number): void {
    if (how !== COUNTED && how !== URGENT) return;
    // What was written to the pipe happens before this, and so before the host that sees it looks into the pipe.
    const before = Atomics.sub(this.#words, OUTSTANDING, 1);
    if (before === 1 || how === URGENT) sharedWaiting.notify(this.#words, OUTSTANDING);
  }

  /** Arms an end that is awaited; false where it has something to do already. */
  arm(pipe: BytePipe, end: PipeEnd, how: typeof COUNTED | typeof URGENT): boolean {
    Atomics.add(this.#words, OUTSTANDING, 1);
    this.#uncount(pipe.swap(end, how));
    if (!pipe.hasWork(end)) return true;
    this.disarm(pipe, end);
    return false;
  }

  /** Counts off an end that is awaited no more. */
  disarm(pipe: BytePipe, end: PipeEnd): void {
    this.#uncount(pipe.swap(end, 0));
  }

  /** Waits until none is outstanding, or, where that is `urgent`, until one less is, or until the deadline. */
  wait(deadline: number, { urgent }: { readonly urgent: boolean }): void {
    const first = Atomics.load(this.#words, OUTSTANDING);
    for (;;) {
      const count = Atomics.load(this.#words, OUTSTANDING);
      if (count <= 0 || urgent && count !== first) return;
      if (this.spins(() => Atomics.load(this.#words, OUTSTANDING) !== count)) continue;
      const left = deadline - this.#clock();
      if (left <= 0) return;
      sharedWaiting.wait(this.#words, OUTSTANDING, count, left);
    }
  }

  /** Looks for as long as waits spin; whether it has become so. */
  spins(isSo: () => boolean): boolean {
    const { spin } = this;
    if (spin <= 0) return false;
    const end = this.#clock() + Math.min(spin, MOST_SPIN) / 1000;
    do {
      for (let looks = 0; looks < LOOKS; looks++) if (isSo()) return true;
    } while (this.#clock() < end);
    return false;
  }

  #uncount(before: number): void {
    if (before === COUNTED || before === URGENT) Atomics.sub(this.#words, OUTSTANDING, 1);
  }
}
