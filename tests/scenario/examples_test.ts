import { assert, assertEquals } from "@std/assert";
import { exploreScenario } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";

/** The examples, each with how often the order deviates at least for its bug to show. */
const DEVIATIONS: Readonly<Record<string, number>> = {
  stampede: 0,
  late_answer: 1,
  token_refresh: 3,
  double_release: 1,
  check_then_act: 2,
  unsubscribe: 1,
  retry: 2,
  close_during_flush: 0,
};

Deno.test("each example shows its bug with as many deviations as that takes, and its twin is proved", async () => {
  await using esbuild = await testEsbuild();
  const files = [...Deno.readDirSync(new URL("../../lib/scenario/examples", import.meta.url))].map(({ name }) => name);
  assertEquals(files.toSorted(), Object.keys(DEVIATIONS).map((name) => `${name}.ts`).toSorted());
  for (const [name, deviations] of Object.entries(DEVIATIONS)) {
    const module = import.meta.resolve(`../../lib/scenario/examples/${name}.ts`);
    const { result } = await exploreScenario(module, { esbuild });
    assert(result.verdict === "bug", name);
    assertEquals([name, result.kind, result.preemptions, result.minimal], [name, "assertion", deviations, true]);
    const { result: fixed } = await exploreScenario(module, { esbuild, name: "fixed" });
    assertEquals([name, fixed.verdict, fixed.assumptions], [name, "proved", []]);
  }
});
