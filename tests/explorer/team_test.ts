import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { DepthFirst, TreeTeam, WHOLE } from "../../lib/explorer/mod.ts";
import { runs } from "../contracts/soak.ts";
import { preemptionsOf, runAlong, tree } from "./tree.ts";

Deno.test("TreeTeam takes each path once, whatever the sizes of its rounds", () => {
  fc.assert(
    fc.property(
      tree,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.option(fc.nat(3), { nil: undefined }),
      (waysAt, sizes, bound) => {
        const options = bound === undefined ? {} : { preemptions: bound };
        const alone: string[] = [];
        const one = new DepthFirst(options);
        while (one.begin()) alone.push(runAlong(one, waysAt).join());
        const together: string[] = [];
        const team = new TreeTeam({
          strategy: "depth-first",
          bound: bound ?? Infinity,
          isBounded: false,
          paths: [WHOLE],
        });
        for (let round = 0;; round++) {
          const begun = team.begin(sizes[round % sizes.length] ?? 1);
          if (begun.length === 0) break;
          together.push(...begun.map((scheduler) => runAlong(scheduler, waysAt).join()));
        }
        assertEquals(together.toSorted(), alone.toSorted());
        assertEquals(new Set(together).size, together.length);
      },
    ),
    { numRuns: runs(200) },
  );
});

Deno.test("TreeTeam counts each path once where its bound grows, fewer preemptions first", () => {
  fc.assert(
    fc.property(tree, fc.integer({ min: 1, max: 9 }), (waysAt, size) => {
      const counted: string[] = [];
      const bounds: number[] = [];
      const team = new TreeTeam({ strategy: "bounded", bound: 0, isBounded: false, paths: [WHOLE] });
      for (let begun = team.begin(size); begun.length > 0; begun = team.begin(size)) {
        for (const path of begun.map((scheduler) => runAlong(scheduler, waysAt))) {
          const preemptions = preemptionsOf(path);
          if (!team.counts({ preemptions })) continue;
          counted.push(path.join());
          bounds.push(preemptions);
        }
      }
      const alone: string[] = [];
      const one = new DepthFirst();
      while (one.begin()) alone.push(runAlong(one, waysAt).join());
      assertEquals(counted.toSorted(), alone.toSorted());
      assertEquals(bounds, bounds.toSorted((one, other) => one - other));
    }),
    { numRuns: runs(200) },
  );
});
