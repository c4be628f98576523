/**
 * The real clock of a host, for simulations that keep step with it: precise sleeps, and turns for the event loop.
 *
 * - A sleep gives the event loop all but its last 2 ms, which it blocks, because timers are that imprecise.
 */

import { Layout, SharedMemory } from "../memory/mod.ts";
import { after, now, turn } from "../platform/mod.ts";
import type { RealClock } from "../simulator/mod.ts";

/** How long the event loop goes without a turn, in milliseconds: signals and deaths are heard that late. */
const BREATH = 20;
/** What a timer may be late by, in milliseconds. */
const TIMER_ERROR = 2;

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
        const part = slack;
        await new Promise<void>((resolve) => void after(part, resolve));
      }
      memory ??= SharedMemory.create(new Layout(), { guests: 0, clock: now });
      memory.perform({ kind: "sleep", until: time });
    },
  };
}
