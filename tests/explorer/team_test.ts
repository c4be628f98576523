import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { DepthFirst, type Point, type Scheduler, TreeTeam } from "../../lib/explorer/mod.ts";

const numRuns = Deno.env.has("HOLDFAST_SOAK") ? 5000 : 200;

/** A tree: how many ways there are at a point, from what was taken before. */
type Tree = (taken: readonly number[]) => number;

/** A tree of at most that depth, some of whose points have one way alone. */
const tree: fc.Arbitrary<Tree> = fc.record({ seed: fc.nat(), depth: fc.integer({ min: 0, max: 5 }) })
  .map(({ seed, depth }) => (taken) => {
    if (taken.length >= depth) return 0;
    const mixed = taken.reduce((sum, one) => Math.imul(sum ^ one, 0x9e3779b1) + 7, seed);
    return 1 + ((mixed >>> 8) % 3);
  });

/** Goes down a tree as a scheduler says. */
function run(scheduler: Scheduler, waysAt: Tree): readonly number[] {
  const taken: number[] = [];
  let preemptions = 0;
  for (let ways = waysAt(taken); ways > 0; ways = waysAt(taken)) {
    const actions = Array.from({ length: ways }, (_, action) => action);
    const point: Point = {
      actions,
      tasks: 8,
      step: taken.length,
      preempts: ways > 1,
      preemptions,
      begins: () => [],
      last: taken.at(-1) ?? -1,
      accesses: [],
      woken: [],
    };
    const pick = scheduler.pick(point);
    if (pick > 0) preemptions++;
    taken.push(pick);
  }
  return taken;
}

function preemptionsOf(path: readonly number[]): number {
  return path.filter((pick) => pick > 0).length;
}

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
        while (one.begin()) alone.push(run(one, waysAt).join());
        const together: string[] = [];
        const team = new TreeTeam({ first: new DepthFirst(options) });
        for (let round = 0;; round++) {
          const begun = team.begin(sizes[round % sizes.length] ?? 1);
          if (begun.length === 0) break;
          together.push(...begun.map((scheduler) => run(scheduler, waysAt).join()));
        }
        assertEquals(together.toSorted(), alone.toSorted());
        assertEquals(new Set(together).size, together.length);
      },
    ),
    { numRuns },
  );
});

Deno.test("TreeTeam counts each path once where its bound grows, fewer preemptions first", () => {
  fc.assert(
    fc.property(tree, fc.integer({ min: 1, max: 9 }), (waysAt, size) => {
      const counted: string[] = [];
      const bounds: number[] = [];
      const team = new TreeTeam({ grows: true });
      for (let begun = team.begin(size); begun.length > 0; begun = team.begin(size)) {
        for (const path of begun.map((scheduler) => run(scheduler, waysAt))) {
          const preemptions = preemptionsOf(path);
          if (!team.counts({ preemptions })) continue;
          counted.push(path.join());
          bounds.push(preemptions);
          assertEquals((team.covered ?? -1) + 1, preemptions);
        }
      }
      const alone: string[] = [];
      const one = new DepthFirst();
      while (one.begin()) alone.push(run(one, waysAt).join());
      assertEquals(counted.toSorted(), alone.toSorted());
      assertEquals(bounds, bounds.toSorted((one, other) => one - other));
    }),
    { numRuns },
  );
});
