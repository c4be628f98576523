import { assert, assertEquals, assertRejects } from "@std/assert";
import { ScenarioError } from "../../lib/errors.ts";
import { exploreScenario } from "../../lib/scenario/mod.ts";
import { Intrinsics } from "../../lib/scenario/intrinsics.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import { CHANGES, FOR_GOOD } from "../guests/changing_scenarios.ts";

const changing = import.meta.resolve("../guests/changing_scenarios.ts");

Deno.test("no run finds what another one has changed", async () => {
  await using esbuild = await testEsbuild();
  for (const drain of ["own-queue", "turn"] as const) {
    for (const input of CHANGES) {
      if (drain === "turn" && FOR_GOOD.includes(input)) continue;
      const options = { esbuild, input, drain, name: "changes", strategy: "depth-first" } as const;
      const { result } = await exploreScenario(changing, options);
      const { verdict, schedules, outcomes } = result;
      assertEquals([drain, input, verdict, schedules, outcomes.map(({ outcome }) => outcome)], [
        drain,
        input,
        "proved",
        6,
        [false],
      ]);
    }
  }
});

Deno.test("by turns what nothing can undo is refused", async () => {
  await using esbuild = await testEsbuild();
  const options = { esbuild, input: "unconfigurable", drain: "turn", name: "changes" } as const;
  const error = await assertRejects(() => exploreScenario(changing, options), ScenarioError);
  assert(error.message.includes("it changes held for good"), error.message);
});

Deno.test("Intrinsics.restore() puts back what has changed, and says what it cannot", () => {
  const object = {
    a: 1,
    get b() {
      return 2;
    },
  };
  const intrinsics = new Intrinsics([object]);
  assertEquals(intrinsics.restore(), undefined);
  Object.assign(object, { a: 5, c: 3 });
  Object.setPrototypeOf(object, Array.prototype);
  assertEquals(intrinsics.restore(), { name: "c", isSpoiled: false });
  assertEquals([object, Object.getPrototypeOf(object)], [{ a: 1, b: 2 }, Object.prototype]);
  Object.preventExtensions(object);
  assertEquals(intrinsics.restore()?.isSpoiled, true);
});
