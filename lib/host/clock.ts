/**
 * The real clock of a host, for simulations in real time: precise sleeps that let the event loop run.
 *
 * - A sleep leaves the event loop free except for its last 2 ms, during which it blocks, because timers are that
 *   imprecise.
 */

import { Layout, SharedMemory } from "../memory/mod.ts";
import { after, now, turn } from "../platform/mod.ts";
import type { RealClock } from "../simulator/mod.ts";

/** How long the event loop may be blocked, in milliseconds: signals and deaths are noticed this late. */
const BREATH = 20;
/** How late a timer may fire, in milliseconds. */
const TIMER_ERROR = 2;

/** Creates a clock. */
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
