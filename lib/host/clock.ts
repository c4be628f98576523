/**
 * The real clock of a host: the same time base in workers and subprocesses, precise sleeps, and turns for the event
 * loop.
 *
 * - Milliseconds since the epoch with a fraction; clocks of workers and subprocesses agree to some microseconds.
 * - A sleep gives the event loop all but its last 2 ms, which it blocks, because timers are that imprecise.
 *
 * @example
 * ```ts
 * import { realClock } from "./clock.ts";
 *
 * const clock = realClock();
 * const until = clock.now() + 3;
 * await clock.sleepUntil(until);
 * if (clock.now() < until) throw new Error("never early");
 * ```
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { Layout, SharedMemory } from "../memory/mod.ts";
import type { RealClock } from "../simulator/mod.ts";

/** How long the event loop goes without a turn, in milliseconds: signals and deaths are heard that late. */
const BREATH = 20;
/** What a timer may be late by, in milliseconds. */
const TIMER_ERROR = 2;
/** The longest time that a timer takes, in milliseconds: with a longer one it rings at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** The time in milliseconds since the epoch, with a fraction. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Resolves after one turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Keeps the event loop alive until what it gives is called. */
export function holdEventLoop(): () => void {
  const timer = setInterval(() => {}, LONGEST_TIMER);
  return () => clearInterval(timer);
}

/** Makes a clock. */
export function realClock(): RealClock {
  let memory: SharedMemory | undefined;
  let breathed = now();
  const breathe = (): Promise<void> | undefined => {
    const time = now();
    if (time - breathed < BREATH) return undefined;
    breathed = time;
    return turn();
  };
  return {
    now,
    breathe,
    async sleepUntil(time) {
      let slack = time - now() - TIMER_ERROR;
      if (slack <= 0) await breathe();
      for (; slack > 0; slack = time - now() - TIMER_ERROR) {
        const part = Math.min(slack, LONGEST_TIMER);
        await new Promise((resolve) => setTimeout(resolve, part));
      }
      memory ??= SharedMemory.create(new Layout(), { guests: 0, clock: now });
      memory.perform({ kind: "sleep", until: time });
    },
  };
}

/** Calls back after that many milliseconds, unless what it gives is called before. */
export function after(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
