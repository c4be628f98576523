import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { pathToFileURL } from "node:url";
import { PropertyError, ScenarioError } from "../../lib/errors.ts";
import { replayScenario } from "../../lib/scenario/mod.ts";
import { checkScenario } from "../../lib/testing/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import { inFolder } from "../e2e/command.ts";

const scenarios = import.meta.resolve("../guests/scenarios.ts");

Deno.test("checkScenario() shrinks the input and the order, and says what replays both", async () => {
  await using esbuild = await testEsbuild();
  const inputs = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 });
  // A run passes for inputs whose numbers are all below 5, in every order.
  const options = { fc, esbuild, name: "below", inputs, budget: 50, seed: 1, numRuns: 100 } as const;
  const error = await assertRejects(() => checkScenario(scenarios, options), PropertyError);
  assert(error.message.startsWith("checkScenario failed for below: assertion, 5 is below 5 (scenarios.ts:"));
  assertEquals(/\n\[ 5 \]\n/.test(error.message), true, error.message);
  const [, schedule = ""] = /^Schedule: (.*)$/m.exec(error.message) ?? [];
  const replayed = await replayScenario(scenarios, schedule, { esbuild, name: "below", input: [5] });
  assertEquals(replayed.finding?.kind, "assertion");
  // Its seed and path begin at the counterexample.
  const { seed, path } = error;
  const again = await assertRejects(() => checkScenario(scenarios, { ...options, seed, path }), PropertyError);
  assertEquals(again.message.split("\n")[0], error.message.split("\n")[0]);
});

Deno.test("checkScenario() explores a scenario once that takes no input, and hands on what makes no sense", async () => {
  await using esbuild = await testEsbuild();
  await checkScenario(scenarios, { fc, esbuild, name: "asks" });
  await assertRejects(
    () => checkScenario(scenarios, { fc, esbuild, name: "lost" }),
    PropertyError,
    "both updates count",
  );
  await checkScenario(scenarios, { fc, esbuild, name: "lost", ignore: ["assertion"] });
  await assertRejects(() => checkScenario(scenarios, { fc, esbuild, name: "nobody" }), ScenarioError, "nobody");
  await assertRejects(() => checkScenario(scenarios, { fc, esbuild, name: "asks", strategy: "dpor" }), RangeError);
  const drain = "nowhere" as "turn";
  await assertRejects(() => checkScenario(scenarios, { fc, esbuild, name: "asks", drain }), RangeError, "nowhere");
});

Deno.test("checkScenario() tells of a run without an input what befell it, what it printed and how to replay it", async () => {
  await using esbuild = await testEsbuild();
  await inFolder(async (folder) => {
    const module = `${folder}/pays.ts`;
    await Deno.writeTextFile(
      module,
      `export default async function pays({ io, faults, expect }) {
  faults({ fails: true });
  let charged = 0;
  const charge = () => io("charge", () => ++charged);
  await charge().catch(charge);
  console.log("charged", charged, "times\\nin all");
  expect(charged === 1, "the customer pays once");
}`,
    );
    const url = pathToFileURL(module).href;
    const { message } = await assertRejects(() => checkScenario(url, { fc, esbuild }), PropertyError);
    assertStringIncludes(message, "\nIt needs a fault: charge fails, though it has acted\n");
    assertStringIncludes(message, "\nIt prints:\n  charged 2 times\n  in all\n");
    const [, schedule = ""] = /^Replay it: replayScenario\("file:.*", "(hf2:.*)", \{ \.\.\. \}\)$/m.exec(message) ?? [];
    const { finding } = await replayScenario(url, schedule, { esbuild });
    assertEquals(finding?.kind, "assertion");
  });
});
