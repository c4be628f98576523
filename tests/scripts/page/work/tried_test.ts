import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RunTree, type TriedNode } from "../../../../scripts/page/work/tried.ts";
import { runs } from "../../../contracts/soak.ts";

/** The tasks that act on the way to each leaf, with the leaf's schedule. */
function paths(nodes: readonly TriedNode[], before: readonly number[] = []): [string, string][] {
  return nodes.flatMap(({ task, from, steps, next, leaf, leaves }) => {
    assertEquals(from, before.length);
    const here = [...before, ...Array.from({ length: steps }, () => task)];
    const own: [string, string][] = leaf === undefined ? [] : [[here.join(), leaf.schedule]];
    const all = [...own, ...paths(next, here)];
    assertEquals(leaves, all.length);
    return all;
  });
}

Deno.test("RunTree holds each run that differs once, whatever their order, and parts them where they part", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }), { maxLength: 30 }), (all) => {
      const tree = new RunTree();
      for (const tasks of all) {
        const [outcome, kind] = [String(tasks[0]), tasks.length > 3 ? "race" as const : undefined];
        tree.add({ tasks, value: tasks[0], outcome, kind, schedule: () => tasks.join("-") });
      }
      const { roots, runs, leftOut, outcomes, steps } = tree.told();
      const distinct = [...new Set(all.map((tasks) => tasks.join()))];
      assertEquals(new Map(paths(roots)), new Map(distinct.map((path) => [path, path.replaceAll(",", "-")])));
      assertEquals([runs, leftOut], [all.length, 0]);
      assertEquals(outcomes, [...new Set(all.map(([first]) => String(first)))]);
      assertEquals(steps, Math.max(0, ...all.map(({ length }) => length)));
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("RunTree leaves out what would be too much, and counts it", () => {
  const tree = new RunTree();
  for (let run = 0; run < 300; run++) {
    const tasks = Array.from({ length: 9 }, (_, bit) => (run >> bit) & 1);
    for (const _twice of [1, 2]) {
      tree.add({
        tasks,
        value: run,
        outcome: `${run}`,
        kind: undefined,
        schedule: () => "",
      });
    }
  }
  const { leftOut, runs, roots } = tree.told();
  assertEquals([runs, leftOut], [600, 100]);
  assertEquals(roots.reduce((sum, { leaves }) => sum + leaves, 0), 250);
  assert(roots.length === 2);
});
