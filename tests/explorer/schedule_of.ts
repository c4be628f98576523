/**
 * A random schedule of a program: some run of it, into which preemptions are put at random.
 */

import { accountOf, explore, rescheduled } from "../../lib/explorer/mod.ts";
import type { AnyProgram } from "../../lib/program/mod.ts";

/** A schedule; undefined where no run of the program comes to its end. */
export function scheduleOf(program: AnyProgram, seed: number): string | undefined {
  const [first] = explore(program, { budget: 5 }).outcomes;
  if (first === undefined) return undefined;
  const found = explore(program, { find: { outcome: first.outcome }, budget: 100 });
  if (!("schedule" in found)) return undefined;
  let { schedule } = found;
  for (let put = seed % 4; put > 0; put--) {
    const { moments, tasks } = accountOf(program, schedule);
    const changed = rescheduled(program, schedule, { to: seed % moments.length, task: (seed >> 3) % tasks.length });
    if ("schedule" in changed) ({ schedule } = changed);
    seed = Math.imul(seed, 0x9e3779b1) >>> 1;
  }
  return schedule;
}
