import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isDone, restOf, sharesOf, teamAt, teamBeginning, type TeamPosition } from "../../lib/explorer/mod.ts";
import { runs } from "../contracts/soak.ts";
import { preemptionsOf, runAlong, tree } from "./tree.ts";

/** What is left of a share after at most so many runs, whose paths are told. */
function performed(
  position: TeamPosition,
  { size, most, waysAt, ran }: {
    readonly size: number;
    readonly most: number;
    readonly waysAt: (taken: readonly number[]) => number;
    readonly ran: (path: readonly number[]) => void;
  },
): TeamPosition {
  const team = teamAt(position, { seed: 1, stays: true });
  for (let left = most; left > 0;) {
    const begun = team.begin(Math.min(size, left));
    if (begun.length === 0) break;
    left -= begun.length;
    for (const path of begun.map((scheduler) => runAlong(scheduler, waysAt))) {
      if (team.counts({ preemptions: preemptionsOf(path) })) ran(path);
    }
  }
  return team.rest();
}

const shape = {
  size: fc.integer({ min: 1, max: 9 }),
  shares: fc.integer({ min: 1, max: 6 }),
  most: fc.integer({ min: 1, max: 20 }),
};

Deno.test("shares of a tree take each path once, in whatever order they are performed", () => {
  fc.assert(
    fc.property(
      tree,
      fc.record(shape),
      fc.constantFrom("depth-first" as const, "bounded" as const),
      fc.array(fc.boolean(), { minLength: 1 }),
      (waysAt, { size, shares, most }, strategy, backwards) => {
        const alone: string[] = [];
        let whole = teamBeginning("depth-first");
        while (!isDone(whole)) {
          whole = performed(whole, { size: 1, most: 1, waysAt, ran: (path) => void alone.push(path.join()) });
        }
        const together: string[] = [];
        let position = teamBeginning(strategy);
        for (let look = 0; !isDone(position); look++) {
          const parts = [...sharesOf(position, { schedules: shares * most, shares }).entries()];
          if (backwards[look % backwards.length]) parts.reverse();
          const lefts: TeamPosition[] = [];
          for (const [place, share] of parts) {
            const how = {
              size,
              most: share.schedules,
              waysAt,
              ran: (path: readonly number[]) => void together.push(path.join()),
            };
            lefts[place] = performed(share.position, how);
          }
          position = restOf(position, lefts);
        }
        assertEquals(together.toSorted(), alone.toSorted());
      },
    ),
    { numRuns: runs(200) },
  );
});

Deno.test("shares of runs by lot are the runs that there would have been, and what is not performed is left", () => {
  const strategies = fc.constantFrom("random" as const, "pos" as const, "pct" as const);
  fc.assert(
    fc.property(tree, fc.record(shape), strategies, fc.nat(5), (waysAt, { size, shares, most }, strategy, joined) => {
      const of = (schedules: number, from: TeamPosition) => sharesOf(from, { schedules, shares });
      const beginning = teamBeginning(strategy);
      const ran: string[] = [];
      const lefts = of(shares * most, beginning).map(({ position, schedules }, place) => {
        if (place >= joined) return position;
        return performed(position, { size, most: schedules, waysAt, ran: (path) => void ran.push(path.join()) });
      });
      const rest = restOf(beginning, lefts);
      const [next] = of(1, rest);
      const [at] = next !== undefined && "at" in next.position ? [next.position.at.run] : [];
      assertEquals([ran.length, at], [most * Math.min(joined, shares), most * Math.min(joined, shares)]);
      if (strategy === "pct") return;
      // A run is decided by its number.
      const alone: string[] = [];
      performed(beginning, { size: 1, most: ran.length, waysAt, ran: (path) => void alone.push(path.join()) });
      assertEquals(ran, alone);
    }),
    { numRuns: runs(200) },
  );
});
