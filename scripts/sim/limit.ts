/**
 * How fast a run can be at best, and why a rate may exceed 1.
 *
 * @module
 */

import type { ModeName } from "../../mod.ts";
import type { Case } from "./flags.ts";

/** A bound on the rate. */
export interface Limit {
  /** Simulated over real seconds; `undefined` where nothing bounds it. */
  readonly rate: number | undefined;
  /** Why, as a clause. */
  readonly reason: string;
}

/** Burns shorter than this many seconds are not shared fairly by the kernel's scheduler: they run one after another. */
const TIME_SLICE = 0.004;

/** The bound for one mode on that many cores. */
export function limitOf(run: Case, mode: ModeName, cores: number): Limit {
  const { systems, period, duration, rate, deterministic, burn } = run;
  const periods = Math.ceil(duration / period - 1e-9);
  const unjoined = periods / (periods - 1);
  const limits: { rate: number; reason: string }[] = [];
  if (rate > 0) {
    limits.push(
      periods === 1
        ? { rate: Infinity, reason: "a single period has no paced interval" }
        : { rate: rate * unjoined, reason: `${periods} periods at rate ${rate} have ${periods - 1} paced intervals` },
    );
  }
  if (burn !== "none" && mode === "direct") {
    limits.push({ rate: 1 / systems, reason: `${systems} burns one after another` });
  } else if (burn !== "none" && deterministic && periods > 1) {
    const rounds = burn === "cpu" ? Math.max(1, systems / cores) : period < TIME_SLICE ? Math.ceil(systems / cores) : 1;
    const sharing = rounds > 1 ? `${systems} burns share ${cores} cores` : "burns run side by side";
    limits.push({ rate: unjoined / rounds, reason: `${sharing}, and the last of ${periods} is not waited for` });
  }
  const [first, ...others] = limits;
  if (first === undefined) return { rate: undefined, reason: "nothing burns and nothing paces it" };
  const least = others.reduce((least, limit) => limit.rate < least.rate ? limit : least, first);
  return { rate: Number.isFinite(least.rate) ? least.rate : undefined, reason: least.reason };
}
