/**
 * Evaluates long chains of direct feedthrough from their start, so that the stack does not grow with the chain.
 *
 * - For an output deep in a chain, everything it may read is evaluated before its own function runs.
 * - The function may not read all of that. If the evaluation of an output throws, the error is kept for a reader in
 *   this epoch.
 */

import type { Values } from "./values.ts";

/** How many outputs may evaluate each other by nested calls. */
const MOST = 32;

/** The function to call before an output is evaluated; `undefined` if no chain is long. */
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

/** The length of the longest chain of reads from each output. */
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
