/**
 * Trees of choices for what goes through them: how many ways there are at a point, from what was taken before.
 *
 * @module
 */

import fc from "fast-check";
import type { Point, Scheduler } from "../../lib/explorer/mod.ts";

/** A tree: how many ways there are at a point, from what was taken before. */
export type Tree = (taken: readonly number[]) => number;

/** A tree of at most depth 5, some of whose points have one way alone. */
export const tree: fc.Arbitrary<Tree> = fc.record({ seed: fc.nat(), depth: fc.integer({ min: 0, max: 5 }) })
  .map(({ seed, depth }) => (taken) => {
    if (taken.length >= depth) return 0;
    const mixed = taken.reduce((sum, one) => Math.imul(sum ^ one, 0x9e3779b1) + 7, seed);
    return 1 + ((mixed >>> 8) % 3);
  });

/** Goes down a tree as a scheduler says. */
export function runAlong(scheduler: Scheduler, waysAt: Tree): readonly number[] {
  const taken: number[] = [];
  let preemptions = 0;
  const pointOf = (ways: number): Point => ({
    actions: Array.from({ length: ways }, (_, action) => action),
    tasks: 8,
    step: taken.length,
    preempts: ways > 1,
    preemptions,
    begins: () => [],
    last: taken.at(-1) ?? -1,
    accesses: [],
    woken: [],
  });
  for (let ways = waysAt(taken); ways > 0; ways = waysAt(taken)) {
    const pick = scheduler.pick(pointOf(ways));
    if (pick > 0) preemptions++;
    taken.push(pick);
  }
  scheduler.end({ ...pointOf(0), kind: "complete", pending: new Map() });
  return taken;
}

/** How often a path departs from the default. */
export function preemptionsOf(path: readonly number[]): number {
  return path.filter((pick) => pick > 0).length;
}
