/**
 * Timers: functions that run once, not before their time, unless canceled first.
 *
 * - `bell` rings once, although two tasks wait to ring it, and never early. Canceling it afterward has no effect.
 * - `never` is canceled before its time can come, and does not run. `maybe` is canceled right after its start: it runs if
 *   and only if the cancel returns that it came too late.
 * - The outcome includes how late the bell was, in milliseconds: a timer promises "not before", and no more.
 */

import { now } from "../memory/mod.ts";
import { type AnyProgram, defineProgram, ensure, type ProgramTask } from "../program/mod.ts";
import { cell, event, timer } from "../sync/mod.ts";

function things(interval: number) {
  return {
    bell: timer({ interval }),
    never: timer({ interval }),
    maybe: timer({ interval }),
    begun: cell({ cell: "f64" }),
    rang: event(),
    bellCount: cell(),
    neverCount: cell(),
    maybeCount: cell(),
  };
}

/** The program `timer`. */
export const timerProgram: AnyProgram = defineProgram({
  name: "timer",
  claim: "A timer runs once and never early; canceling it has an effect only before it runs.",
  module: import.meta.url,
  parameters: { interval: { default: 0.05, max: 10, fraction: true, description: "seconds until the timers are due" } },
  shared: ({ parameters }) => things(parameters.interval),
  *outcome({ bellCount, neverCount, maybeCount }, { results: [cancels, ...lates] }) {
    const { cancelled, cancelledLate } = cancels as { cancelled: boolean; cancelledLate: boolean };
    const late = (lates as (number | undefined)[]).find((late) => late !== undefined);
    return {
      bell: yield* bellCount.load(),
      late: Math.round((late ?? -1) * 1000),
      cancelledLate,
      never: yield* neverCount.load(),
      maybe: yield* maybeCount.load(),
      cancelled,
    };
  },
  tasks: ({ parameters: { interval } }) => [
    {
      name: "main",
      *run({ bell, never, maybe, begun, rang }) {
        yield* begun.store(yield* now());
        yield* bell.start();
        yield* never.cancel();
        yield* maybe.start();
        const cancelled = yield* maybe.cancel();
        yield* rang.wait();
        return { cancelled, cancelledLate: yield* bell.cancel() };
      },
    },
    ringer("ringer0", interval),
    ringer("ringer1", interval),
    {
      name: "idler",
      *run({ never, neverCount }) {
        yield* never.run(() => neverCount.add(1));
      },
    },
    {
      name: "racer",
      *run({ maybe, maybeCount }) {
        yield* maybe.run(() => maybeCount.add(1));
      },
    },
  ],
  // The schedule decides how late it is, and whether a cancel comes in time.
  independent: (outcome) => {
    if ("failed" in outcome) return outcome;
    const { bell, never, maybe, cancelled, cancelledLate } = outcome;
    return { bell, never, cancelledLate, either: cancelled !== (maybe === 1) };
  },
  expected: () => (outcome) => {
    if ("failed" in outcome) return false;
    const { bell, late, never, maybe, cancelled, cancelledLate } = outcome;
    return bell === 1 && late >= 0 && never === 0 && maybe === (cancelled ? 0 : 1) && !cancelledLate;
  },
});

/** Returns how late it rings the bell, in seconds; `undefined` if the other ringer does. */
function ringer(name: string, interval: number): ProgramTask<ReturnType<typeof things>> {
  return {
    name,
    run: ({ bell, begun, rang, bellCount }) =>
      bell.run(function* () {
        ensure((yield* now()) >= (yield* begun.load()) + interval * 1000, "the bell is not early");
        yield* bellCount.add(1);
        yield* rang.set();
      }),
  };
}
