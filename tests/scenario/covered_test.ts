import { assert, assertEquals } from "@std/assert";
import { exploreScenario, type ExploreScenarioOptions } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";

const scenarios = import.meta.resolve("../guests/random_scenario.ts");

Deno.test("a search covers the deviations whose runs are all done, and no more", async () => {
  await using esbuild = await testEsbuild();
  const explore = async (options: Partial<ExploreScenarioOptions>) => {
    const all = { esbuild, name: "chains", input: [2, 2], strategy: "bounded", ...options } as const;
    return (await exploreScenario(scenarios, all)).result;
  };
  const cut = await explore({ stepLimit: 3 });
  assert(cut.verdict === "not-exhausted");
  assertEquals(cut.covered, undefined);
  const { outcomes } = await explore({});
  const least: number[] = [];
  for (const { outcome } of outcomes) {
    const found = await explore({ find: { outcome } });
    assert(found.verdict === "found");
    least.push(found.preemptions);
  }
  for (let budget = 1; budget < outcomes.length; budget++) {
    const within = (bound: number) => least.filter((deviations) => deviations <= bound).length;
    let done = -1;
    while (within(done + 1) <= budget) done++;
    const result = await explore({ budget });
    assert(result.verdict === "not-exhausted");
    assertEquals([budget, result.covered], [budget, done < 0 ? undefined : done]);
  }
});
