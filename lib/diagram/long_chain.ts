/**
 * Long chains of outputs that read each other at once: evaluated from their beginning, so that the stack does not grow with them.
 *
 * - An output deep in a chain has what it reads evaluated before its own function runs; reading that is a look then.
 * - Some of it may be read by nobody. Where that throws, the error is kept for whoever reads it in this epoch.
 */

import type { Values } from "./values.ts";

/** So many outputs may evaluate each other by calls. */
const MOST = 32;

/** What to call before an output is evaluated; `undefined` where no chain is long. */
export function approachOf(
  values: Values,
  reads: ReadonlyMap<number, readonly number[]>,
): ((signal: number) => void) | undefined {
  const depths = depthsOf(reads);
  if (![...depths.values()].some((depth) => depth > MOST)) return undefined;
  const failures = new Map<number, { readonly epoch: number; readonly error: unknown }>();
  const isOpen = (signal: number) => {
    return reads.has(signal) && (values.fresh[signal] as number) < values.epoch &&
      failures.get(signal)?.epoch !== values.epoch;
  };
  return (signal) => {
    const failure = failures.get(signal);
    if (failure?.epoch === values.epoch) throw failure.error;
    if ((depths.get(signal) ?? 0) <= MOST) return;
    const trail = [signal];
    for (let at = signal;; at = trail.at(-1) ?? signal) {
      const next = reads.get(at)?.find(isOpen);
      if (next !== undefined) {
        trail.push(next);
        continue;
      }
      trail.pop();
      if (trail.length === 0) return;
      try {
        values.evaluate(at);
      } catch (error) {
        failures.set(at, { epoch: values.epoch, error });
      }
    }
  };
}

/** How many outputs each of these reads one after another. */
function depthsOf(reads: ReadonlyMap<number, readonly number[]>): ReadonlyMap<number, number> {
  const depths = new Map<number, number>();
  for (const first of reads.keys()) {
    const trail = [first];
    for (let at = trail.at(-1); at !== undefined; at = trail.at(-1)) {
      const before = reads.get(at) ?? [];
      const next = depths.has(at) ? undefined : before.find((signal) => reads.has(signal) && !depths.has(signal));
      if (next !== undefined) {
        trail.push(next);
        continue;
      }
      trail.pop();
      let depth = 1;
      for (const signal of before) depth = Math.max(depth, 1 + (depths.get(signal) ?? 0));
      depths.set(at, depth);
    }
  }
  return depths;
}
