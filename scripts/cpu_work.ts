/**
 * Finds how much work of the CPU-burn kernel takes a given time on this machine.
 */

import { burnCpu } from "../lib/blocks/mod.ts";

/** Iterations per trial, and the number of trials, of which the fastest counts. */
const TRIAL = 1 << 20;
const TRIALS = 7;

/** The iterations that take `seconds` on an otherwise idle core. */
export function iterationsFor(seconds: number): number {
  const times = Array.from({ length: TRIALS }, () => {
    const started = performance.now();
    burnCpu(TRIAL);
    return performance.now() - started;
  });
  return Math.max(1, Math.round(TRIAL * seconds * 1000 / Math.min(...times)));
}
