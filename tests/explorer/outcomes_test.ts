import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Outcomes } from "../../lib/explorer/mod.ts";

function judged(outcome: number) {
  return { outcome, text: String(outcome), finding: undefined };
}

Deno.test("Outcomes counts all, keeps 1,000 whole, and takes at most 32 bytes for each other", () => {
  const outcomes = new Outcomes();
  const most = 200_000;
  for (let run = 0; run < 2 * most; run++) {
    const isFirst = outcomes.add(judged(run % most), { isSample: false });
    assertEquals(isFirst, run < most);
    if (run >= most || run < 2000) continue;
    assert(outcomes.bytes <= 32 * (outcomes.distinct - 1000), `${outcomes.bytes} bytes for ${outcomes.distinct}`);
  }
  assertEquals([outcomes.distinct, outcomes.whole.length], [most, 1000]);
  assert(outcomes.whole.every(({ count }) => count === 2));
});

Deno.test("Outcomes.unseen is the share of the samples whose outcome came once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean()), { maxLength: 1000, size: "large" }),
      (runs) => {
        const outcomes = new Outcomes();
        // So that some of them have no place among those kept whole.
        for (let filler = 2000; filler < 2800; filler++) outcomes.add(judged(filler), { isSample: false });
        for (const [outcome, isSample] of runs) outcomes.add(judged(outcome), { isSample });
        const samples = runs.flatMap(([outcome, isSample]) => isSample ? [outcome] : []);
        const counts = Map.groupBy(samples, (outcome) => outcome);
        const singles = [...counts.values()].filter(({ length }) => length === 1).length;
        if (samples.length === 0) assertEquals(outcomes.unseen, undefined);
        else assertAlmostEquals(outcomes.unseen ?? -1, singles / samples.length);
        assertEquals(outcomes.distinct, 800 + new Set(runs.map(([outcome]) => outcome)).size);
      },
    ),
  );
});
