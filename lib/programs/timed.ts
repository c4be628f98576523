/**
 * Work and the time that it took: spans for the picture of a run, and the middle of several times.
 *
 * - The clock is handed in: that of the guest's context, or that of the host.
 * - `draw` gives what was timed to whoever draws the picture: work is `running`, any other name is what a lane waits for.
 */

import type { Observer } from "../simulator/mod.ts";

/** Who works, and by which clock, in milliseconds. */
export interface Timer {
  /** The lane of the picture: a guest's name, or `main`. */
  readonly guest: string;
  /** The clock. */
  readonly now: () => number;
}

/** What came of work, who did it, and when. */
export interface Timed<T> {
  /** The lane of the picture. */
  readonly guest: string;
  /** When it began, in milliseconds. */
  readonly started: number;
  /** When it was over, in the same milliseconds. */
  readonly finished: number;
  /** What came of it. */
  readonly value: T;
}

/** Does work and says when. */
export function timed<T>({ guest, now }: Timer, work: () => T): Timed<T> {
  const started = now();
  const value = work();
  return { guest, started, finished: now(), value };
}

/** Awaits work and says when it was done. */
export async function timedAsync<T>({ guest, now }: Timer, work: () => Promise<T>): Promise<Timed<T>> {
  const started = now();
  const value = await work();
  return { guest, started, finished: now(), value };
}

/** How long it took, in milliseconds. */
export function durationOf({ started, finished }: Timed<unknown>): number {
  return finished - started;
}

/** Draws it; gives what came of it. */
export function draw<T>(observe: Observer | undefined, work: Timed<T>, name = "running"): T {
  const { guest, started, finished, value } = work;
  observe?.({ lane: guest, name, started, finished, t: finished });
  return value;
}

/** The middle one of some numbers, or the mean of the middle two; NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const [low = NaN, high = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}
