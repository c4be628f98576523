import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ScenarioError } from "../../lib/errors.ts";
import { Host } from "../../lib/host/mod.ts";
import { exploreScenario, type ExploreScenarioOptions } from "../../lib/scenario/mod.ts";
import { exploreScenarioSplit } from "../../lib/split/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";
import type { Chained } from "../guests/split_scenarios.ts";

const scenarios = import.meta.resolve("../guests/split_scenarios.ts");
const own = import.meta.resolve("../guests/random_scenario.ts");
const withWorkers = import.meta.resolve("../guests/worker_scenarios.ts");

/** What comes of an order that is seldom: nothing is found in the first runs. */
const input: fc.Arbitrary<Chained> = fc.record({
  chains: fc.constant(4),
  each: fc.constant(3),
  order: fc.array(fc.nat(3), { minLength: 4, maxLength: 7 }).map((order) => order.join("")),
  comes: fc.constantFrom("failure", "leak", "rejection", "loop", "nothing"),
});

const options = fc.record({
  strategy: fc.constantFrom("portfolio", "depth-first", "bounded", "random", "pct", "pos"),
  budget: fc.integer({ min: 1000, max: 6000 }),
  keepGoing: fc.boolean(),
  seed: fc.nat(),
  stepLimit: fc.constant(100),
});

Deno.test("exploreScenarioSplit() comes to what exploreScenario() comes to, on however many workers", async () => {
  await using esbuild = await testEsbuild();
  await using host = new Host();
  const split = fc.record({ workers: fc.integer({ min: 1, max: 3 }), mode: fc.constantFrom(...ELSEWHERE) });
  await fc.assert(
    fc.asyncProperty(input, options, split, async (input, given, { workers, mode }) => {
      const all: ExploreScenarioOptions = { esbuild, name: "chained", input, ...given };
      const one = await exploreScenario(scenarios, all);
      assertEquals(await exploreScenarioSplit(scenarios, { ...all, workers, mode, host, alone: 0 }), one);
    }),
    { numRuns: runs(8) },
  );
});

Deno.test("exploreScenarioSplit() runs each order once, whichever shares they are in", async () => {
  await using esbuild = await testEsbuild();
  await using host = new Host();
  for (const strategy of ["depth-first", "bounded"] as const) {
    const input = [3, 3, 3];
    const all = { esbuild, name: "chains", input, strategy, budget: 10_000, host, workers: 2, alone: 0 };
    const { result } = await exploreScenarioSplit(own, all);
    const counts = new Set(result.outcomes.map(({ count }) => count));
    assertEquals([result.verdict, result.schedules, result.distinct, [...counts]], ["proved", 1680, 1680, [1]]);
  }
});

Deno.test("exploreScenarioSplit() does by turns, with workers of the scenario's own and with its rejections what is done on one", async () => {
  await using esbuild = await testEsbuild();
  await using host = new Host();
  const split = { host, workers: 2, alone: 0 } as const;
  const chained = { chains: 3, each: 4, order: "2021", comes: "rejection" };
  const each: readonly (readonly [url: string, options: ExploreScenarioOptions])[] = [
    [scenarios, { esbuild, name: "names", input: { ...chained, comes: "nothing" }, budget: 1400 }],
    [scenarios, { esbuild, name: "byTurns", input: chained, budget: 1200, keepGoing: true }],
    [scenarios, { esbuild, name: "chained", input: chained, budget: 1400, keepGoing: true }],
    [withWorkers, { esbuild, name: "messages", input: { workers: 3, each: 3 }, budget: 1200, strategy: "depth-first" }],
  ];
  for (const [url, options] of each) {
    const one = await exploreScenario(url, options);
    assert(one.result.schedules >= 1200, `${one.result.schedules} schedules`);
    for (const mode of ELSEWHERE) assertEquals(await exploreScenarioSplit(url, { ...options, ...split, mode }), one);
  }
});

Deno.test("exploreScenarioSplit() refuses a scenario as exploreScenario() does, wherever it is found out", async () => {
  await using esbuild = await testEsbuild();
  const input: Chained = { chains: 4, each: 3, order: "32103210", comes: "refused" };
  const all: ExploreScenarioOptions = { esbuild, name: "chained", input, budget: 100_000, strategy: "depth-first" };
  const refused = await assertRejects(() => exploreScenario(scenarios, all), ScenarioError);
  const split = () => exploreScenarioSplit(scenarios, { ...all, workers: 2, alone: 0 });
  assertEquals((await assertRejects(split, ScenarioError)).message, refused.message);
});

Deno.test("exploreScenarioSplit() says why its workers cannot be started, and starts none for a short search", async () => {
  await using esbuild = await testEsbuild();
  const input: Chained = { chains: 3, each: 4, order: "", comes: "nothing" };
  const all: ExploreScenarioOptions = { esbuild, name: "chained", input, budget: 4000, keepGoing: true };
  const closed = new Host();
  await closed.close();
  const split = { ...all, workers: 2, host: closed };
  assertEquals(
    await exploreScenarioSplit(scenarios, { ...split, alone: Infinity }),
    await exploreScenario(scenarios, all),
  );
  await assertRejects(() => exploreScenarioSplit(scenarios, { ...split, alone: 0 }), TypeError, "closed");
});

Deno.test("exploreScenarioSplit() ends with what it has where it is told to, and its workers end", async () => {
  await using esbuild = await testEsbuild();
  const input: Chained = { chains: 5, each: 5, order: "", comes: "nothing" };
  let told = 0;
  const progress = (schedules: number) => (told = schedules) > 3000;
  const all = { esbuild, name: "chained", input, budget: 1e9, progress, workers: 2, alone: 0 } as const;
  const { result } = await exploreScenarioSplit(scenarios, all);
  assert(result.verdict === "not-exhausted" && result.schedules >= told, `${result.schedules} of ${told}`);
});

Deno.test("exploreScenarioSplit() refuses what it cannot split", async () => {
  await using esbuild = await testEsbuild();
  const all = { esbuild, name: "chained" };
  for (const workers of [0, 1.5, 257, NaN]) {
    await assertRejects(() => exploreScenarioSplit(scenarios, { ...all, workers }), RangeError, `${workers} workers`);
  }
  const strategy = { watches: false, begin: () => false, pick: () => 0, end: () => {} };
  await assertRejects(() => exploreScenarioSplit(scenarios, { ...all, strategy }), RangeError, "an object");
  await assertRejects(() => exploreScenarioSplit(scenarios, { ...all, budget: 0 }), RangeError, "a budget of 0");
  await assertRejects(() => exploreScenarioSplit(scenarios, { esbuild, name: "none" }), ScenarioError, "none");
});
