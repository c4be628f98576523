import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

Deno.test("Outcomes keep one judgment of equal ones", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const outcomes = new Outcomes();
  const added = Array.from({ length: 100 }, () => {
    const one = judged(1);
    outcomes.add(one, { isSample: false });
    return new WeakRef(one);
  });
  // Who was made or asked for in a turn lives as long as it does.
  await new Promise((resolve) => setTimeout(resolve));
  gc();
  assert(added.filter((one) => one.deref() !== undefined).length <= 1);
});
