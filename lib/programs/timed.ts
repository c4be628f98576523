/**
 * Work with the time it took: spans for the picture of a run, and the median of several times.
 *
 * - The clock is passed in: that of the guest's context, or that of the host.
 * - `draw` passes timed work to the observer that draws the picture: work is `running`, and any other name is what the
 *   lane waits for.
 */

import type { Observer } from "../simulator/mod.ts";

/** Who works, and by which clock, in milliseconds. */
export interface Stopwatch {
  /** The lane in the picture: a guest's name, or `main`. */
  readonly guest: string;
  /** The clock. */
  readonly now: () => number;
}

/** The result of work, with who did it and when. */
export interface Timed<T> {
  /** The lane in the picture. */
  readonly guest: string;
  /** When it began, in milliseconds. */
  readonly started: number;
  /** When it was over, in the same milliseconds. */
  readonly finished: number;
  /** The result. */
  readonly value: T;
}

/** Does work and records when. */
export function timed<T>({ guest, now }: Stopwatch, work: () => T): Timed<T> {
  const started = now();
  const value = work();
  return { guest, started, finished: now(), value };
}

/** Awaits work and records when it was done. */
export async function timedAsync<T>({ guest, now }: Stopwatch, work: () => Promise<T>): Promise<Timed<T>> {
  const started = now();
  const value = await work();
  return { guest, started, finished: now(), value };
}

/** How long it took, in milliseconds. */
export function durationOf({ started, finished }: Timed<unknown>): number {
  return finished - started;
}

/** Draws timed work; returns its result. */
export function draw<T>(observe: Observer | undefined, work: Timed<T>, name = "running"): T {
  const { guest, started, finished, value } = work;
  observe?.({ lane: guest, name, started, finished, t: finished });
  return value;
}

/** The median of some numbers; NaN if there are none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const [low = NaN, high = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}
