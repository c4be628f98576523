/**
 * The highest possible rate of a run, and why a rate may exceed 1.
 *
 * - A run of n periods has n - 1 intervals from update to update. Each takes as long as its pace or its burns, whichever
 *   is longer.
 * - The cost of the last update counts only in direct mode: in other modes nobody waits for the last request.
 */

import type { ModeName } from "../../mod.ts";
import type { Case } from "./case.ts";

/** A bound on the rate. */
export interface Limit {
  /** Simulated seconds per real second; `undefined` if nothing bounds it. */
  readonly rate: number | undefined;
  /** The reason, as a clause. */
  readonly reason: string;
}

/**
 * The kernel's scheduler does not share cores fairly among burns shorter than this many seconds: they run one after
 * another.
 */
const TIME_SLICE = 0.004;

/** The bound for one mode on that many cores. */
export function limitOf(run: Case, mode: ModeName, cores: number): Limit {
  const { period, duration, rate } = run;
  const periods = Math.ceil(duration / period - 1e-9);
  const pace = rate > 0 ? 1 / rate : 0;
  const burns = burnsOf(run, mode, cores);
  const last = mode === "direct" ? burns : 0;
  const wall = ((periods - 1) * Math.max(pace, burns) + last) * period;
  if (wall === 0) {
    const reason = pace + burns > 0 ? "a single period has no interval to wait for" : "no work and no pacing";
    return { rate: undefined, reason };
  }
  return { rate: duration / wall, reason: reasonOf(run, { mode, cores, periods, paced: pace >= burns, burns }) };
}

/** How many periods of real time the burns of one interval take. */
function burnsOf({ systems, period, deterministic, burn }: Case, mode: ModeName, cores: number): number {
  if (burn === "none") return 0;
  if (mode === "direct") return systems;
  if (!deterministic) return 0;
  if (burn === "cpu") return Math.max(1, systems / cores);
  return period < TIME_SLICE ? Math.ceil(systems / cores) : 1;
}

function reasonOf(
  { systems, rate }: Case,
  { mode, cores, periods, paced, burns }: {
    mode: ModeName;
    cores: number;
    periods: number;
    paced: boolean;
    burns: number;
  },
): string {
  if (mode === "direct" && burns > 0) {
    const burning = systems === 1 ? "each burn takes its whole period" : `${systems} burns one after another`;
    return paced && rate < 1 ? `${periods} periods at rate ${rate}, and ${burning}` : burning;
  }
  if (paced) return `${periods} periods at rate ${rate} have ${periods - 1} paced intervals`;
  const sharing = burns > 1 ? `${systems} burns share ${cores} cores` : "burns run in parallel";
  return `${sharing}, and the last of ${periods} is not waited for`;
}
