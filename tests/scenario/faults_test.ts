import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { exploreScenario, type ExploreScenarioOptions, replayScenario } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";

const isSoak = Deno.env.has("HOLDFAST_SOAK");
const faulty = import.meta.resolve("../guests/faulty_scenarios.ts");
const random = import.meta.resolve("../guests/random_scenario.ts");

Deno.test("a bug that needs a fault is found with one, and its twin is proved", async () => {
  await using esbuild = await testEsbuild();
  const { result, faults, needsFault, trace } = await exploreScenario(faulty, { esbuild, name: "charges" });
  assert(result.verdict === "bug");
  assertEquals([result.kind, result.preemptions, result.minimal, needsFault], ["assertion", 1, true, true]);
  assertEquals(faults, ["charge fails, though it has acted"]);
  assert(result.schedule.includes("=fails"), result.schedule);
  assert(trace?.rows.some(({ text }) => text === faults[0]));
  const again = await replayScenario(faulty, result.schedule, { esbuild, name: "charges" });
  assertEquals([again.finding?.message, again.faults], [result.message, faults]);
  const twin = await exploreScenario(faulty, { esbuild, name: "chargesByKey" });
  assertEquals([twin.result.verdict, twin.faults, twin.needsFault], ["proved", [], false]);
  assertEquals(twin.result.assumptions, ["faults of charge are: it fails; at most 1 in a run"]);
});

Deno.test("a bug of the order is shown without a fault, though faults are asked for", async () => {
  await using esbuild = await testEsbuild();
  for (const strategy of ["portfolio", "depth-first", "pos"] as const) {
    const { result, faults, needsFault } = await exploreScenario(faulty, { esbuild, name: "ordered", strategy });
    assertEquals([result.verdict, faults, needsFault], ["bug", [], false]);
  }
});

Deno.test("as many faults befall a run as it asks for, each at every point", async () => {
  await using esbuild = await testEsbuild();
  const asked = fc.record({
    fails: fc.boolean(),
    aborts: fc.boolean(),
    late: fc.constantFrom(0, 50),
    clock: fc.constantFrom(0, 1000),
    most: fc.integer({ min: 0, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(asked, fc.integer({ min: 0, max: 1 }), async (asked, acts) => {
      const input = { asked, acts, answers: 1 };
      const { result } = await exploreScenario(faulty, {
        esbuild,
        name: "ends",
        input,
        strategy: "depth-first",
        budget: 100_000,
      });
      assertEquals([result.verdict, result.schedules], ["proved", ordersOf(input)]);
    }),
    { numRuns: isSoak ? 200 : 12 },
  );
});

/** How many runs there are: what is pending, each with whether it has acted and whether it is late. */
function ordersOf(
  { asked, acts, answers }: {
    readonly asked: { fails: boolean; aborts: boolean; late: number; clock: number; most: number };
    readonly acts: number;
    readonly answers: number;
  },
): number {
  interface Pending {
    readonly acts: boolean;
    readonly due: number;
  }
  const count = (pending: readonly Pending[], now: number, left: number): number => {
    if (pending.length === 0) return 1;
    const earliest = pending.findIndex(({ due }) =>
      due !== 0 && !pending.some((other) => other.due !== 0 && other.due < due)
    );
    let runs = asked.clock !== 0 && left > 0 ? count(pending, now, left - 1) : 0;
    for (const [place, one] of pending.entries()) {
      if (one.due !== 0 && place !== earliest) continue;
      const rest = pending.toSpliced(place, 1);
      const then = Math.max(now, one.due);
      runs += count(one.acts ? [...rest, { acts: false, due: 0 }] : rest, then, left);
      if (left === 0) continue;
      if (asked.fails) runs += count(rest, then, left - 1);
      if (asked.aborts) runs += count(rest, then, left - 1);
      if (asked.late > 0 && one.due === 0) {
        runs += count([...rest, { acts: one.acts, due: now + asked.late }], now, left - 1);
      }
    }
    return runs;
  };
  const pending = [
    ...Array.from({ length: acts }, () => ({ acts: true, due: 0 })),
    ...Array.from({ length: answers }, () => ({ acts: false, due: 0 })),
  ];
  return count(pending, 0, asked.most);
}

Deno.test("late answers and clocks that jump show in the clocks of the world", async () => {
  await using esbuild = await testEsbuild();
  const explored = async (name: string, input: unknown) => await exploreScenario(faulty, { esbuild, name, input });
  const expired = await explored("expires", false);
  assertEquals([expired.result.verdict, expired.faults], ["bug", ["profile comes 5000 ms late"]]);
  const again = await explored("expires", true);
  assertEquals(again.result.verdict, "proved");
  assertEquals(again.result.outcomes.map(({ outcome }) => outcome).sort(), ["over", "shown"]);
  assertEquals((await explored("measures", false)).faults, ["the clock jumps -60000 ms"]);
  assertEquals((await explored("measures", true)).result.verdict, "proved");
  const fetched = await explored("fetching", undefined);
  assertEquals(fetched.result.outcomes.map(({ outcome }) => outcome).sort(), ["AbortError", "TypeError", "body"]);
});

Deno.test("explorations with faults are the same, whether runs share their drains or not, and replay", async () => {
  await using esbuild = await testEsbuild();
  const input = { asked: { fails: true, late: 5, most: 2 }, acts: 2, answers: 1 };
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.constantFrom("portfolio" as const, "pct" as const, "pos" as const),
      async (seed, strategy) => {
        const options: ExploreScenarioOptions = { esbuild, name: "ends", input, budget: 60, seed, strategy };
        const one = await exploreScenario(faulty, options);
        assertEquals(await exploreScenario(faulty, { ...options, together: false }), one);
      },
    ),
    { numRuns: isSoak ? 100 : 3 },
  );
  const find = { outcome: ["IoError at 0", "answered at 5", "answered at 5", "acted 2"] };
  const { result, faults } = await exploreScenario(faulty, { esbuild, name: "ends", input, find });
  assert(result.verdict === "found");
  assertEquals(faults.length, 2);
  const again = await replayScenario(faulty, result.schedule, { esbuild, name: "ends", input });
  assertEquals([again.outcome, again.faults], [find.outcome, faults]);
});

Deno.test("faults that make no sense are refused, and nobody who asks for none has any", async () => {
  await using esbuild = await testEsbuild();
  for (
    const [input, word] of [
      [{ fail: true }, "there is no fault fail"],
      [{ late: -1 }, "late is -1"],
      [{ most: 0.5 }, "most is 0.5"],
      [{ clock: Infinity }, "clock is Infinity"],
      [{ fails: 1 }, "fails is a number"],
      [null, "its faults are of type null"],
    ] as const
  ) {
    const { result } = await exploreScenario(faulty, { esbuild, name: "wrong", input });
    assert(result.verdict === "bug" && result.message.includes(`Cannot ask for faults: ${word}`), word);
  }
  const { result, faults } = await exploreScenario(random, {
    esbuild,
    name: "chains",
    input: [2, 1],
    strategy: "depth-first",
  });
  assertEquals([result.verdict, result.schedules, result.assumptions, faults], ["proved", 3, [], []]);
  await assertRejects(
    () => replayScenario(random, "hf2:a@0.chain-0/a=fails.1:aaaa00", { esbuild, name: "chains", input: [1] }),
    RangeError,
  );
});
