/**
 * One wait for many pipes: a host that waits for several guests blocks on it.
 *
 * - Invariant: `outstanding` = the ends that are armed and not counted off. Whoever clears the flag of an armed end
 *   counts it off, so each is counted off once; the last one notifies, and an urgent one always does.
 * - A thread that stores anything else here can at worst make its host wait until the deadline, or wake it early.
 */

import type { BytePipe, PipeEnd } from "./byte_pipe.ts";
import { sharedWaiting } from "./waiting.ts";

/** How an end of a pipe sleeps: through its event loop, */
export const LISTENS = 1;
/** in `BytePipe.wait`, */
export const BLOCKS = 2;
/** as a host on the doorbell until all ends have rung, */
export const COUNTED = 3;
/** or as a host until one has. */
export const URGENT = 4;

const OUTSTANDING = 0;
const SPIN = 1;
/** The longest spin, in microseconds. */
const MOST_SPIN = 20;
/** How many times a spinning wait checks between two readings of the clock. */
const LOOKS = 50;

/** What guests attach with; structured-cloneable. */
export interface DoorbellHandle {
  /** The words. */
  readonly buffer: SharedArrayBuffer;
}

/** One wait for many pipes: a host that waits for several guests blocks on it. */
export class Doorbell {
  /** What guests attach with. */
  readonly handle: DoorbellHandle;
  readonly #words: Int32Array;
  readonly #clock: () => number;

  /** Creates a doorbell, or attaches to one; the clock is in milliseconds. */
  constructor(
    clock: () => number,
    handle: DoorbellHandle = { buffer: new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT) },
  ) {
    this.#clock = clock;
    this.handle = handle;
    this.#words = new Int32Array(handle.buffer);
  }

  /** How long waits spin before they sleep, in microseconds. */
  get spin(): number {
    return Atomics.load(this.#words, SPIN);
  }

  set spin(microseconds: number) {
    Atomics.store(this.#words, SPIN, microseconds);
  }

  /** Counts an end off after its flag has been cleared; `how` is the flag's previous value. */
  off(how: number): void {
    if (how !== COUNTED && how !== URGENT) return;
    // What was written to the pipe happens before this, and so before the host that sees it reads the pipe.
    const before = Atomics.sub(this.#words, OUTSTANDING, 1);
    if (before === 1 || how === URGENT) sharedWaiting.notify(this.#words, OUTSTANDING);
  }

  /** Arms an end to wait for; returns false if it has work already. */
  arm(pipe: BytePipe, end: PipeEnd, how: typeof COUNTED | typeof URGENT): boolean {
    Atomics.add(this.#words, OUTSTANDING, 1);
    this.#uncount(pipe.swap(end, how));
    if (!pipe.hasWork(end)) return true;
    this.disarm(pipe, end);
    return false;
  }

  /** Disarms an end that is no longer waited for. */
  disarm(pipe: BytePipe, end: PipeEnd): void {
    this.#uncount(pipe.swap(end, 0));
  }

  /** Waits until no end is outstanding, until the deadline, or, if `urgent`, until the number has changed. */
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

  /** Checks repeatedly for as long as waits spin; returns whether the condition became true. */
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
