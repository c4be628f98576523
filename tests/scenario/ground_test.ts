import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import { drains, exploreScenario, type ExploreScenarioOptions, replayScenario } from "../../lib/scenario/mod.ts";
import { ScenarioError } from "../../lib/errors.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import { usedHeap } from "../contracts/kept_bytes.ts";
import { type Part, PARTS } from "../guests/random_scenario.ts";
import { textual } from "../guests/text_scenarios.ts";

const isSoak = Deno.env.has("HOLDFAST_SOAK");
const turns = import.meta.resolve("../guests/turn_scenarios.ts");
const random = import.meta.resolve("../guests/random_scenario.ts");
const scenarios = import.meta.resolve("../guests/scenarios.ts");

const parts: fc.Arbitrary<readonly Part[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...PARTS), count: fc.integer({ min: 1, max: 2 }) }),
  { minLength: 1, maxLength: 4 },
);

Deno.test("what drains the microtasks changes nothing but the time", async () => {
  await using esbuild = await testEsbuild();
  await fc.assert(
    fc.asyncProperty(parts, fc.integer(), fc.boolean(), async (input, seed, keepGoing) => {
      const options = { esbuild, name: "mixed", input, seed, keepGoing, budget: 60 } as const;
      const [queue, turn] = await Promise.all(
        drains.map((drain) => exploreScenario(random, { ...options, drain })),
      );
      assertEquals(turn, { ...queue, drain: "turn" });
    }),
    { numRuns: isSoak ? 300 : 8 },
  );
});

Deno.test("a bug of real requests and streams is found by turns, and its twin is proved", async () => {
  await using esbuild = await testEsbuild();
  const explored = async (name: string, more: Partial<ExploreScenarioOptions> = {}) => {
    return await exploreScenario(turns, { esbuild, name, ...more });
  };
  const { result, drain, trace } = await explored("field", { input: false });
  assert(result.verdict === "bug");
  assertEquals([result.kind, drain, result.minimal], ["assertion", "turn", true]);
  assert(trace?.rows.some(({ source }) => source?.includes("turn_scenarios.ts:")));
  const again = await replayScenario(turns, result.schedule, { esbuild, name: "field", input: false });
  assertEquals([again.finding?.message, again.trace], [result.message, trace]);
  const twin = await explored("field", { input: true, strategy: "depth-first" });
  assertEquals([twin.result.verdict, twin.drain], ["proved", "turn"]);
  const { result: streamed } = await explored("stream");
  assertEquals(streamed.outcomes.map(({ outcome }) => outcome).sort(), [
    " 0 1 meanwhile",
    " 0 meanwhile 1",
    " meanwhile 0 1",
  ]);
});

Deno.test("by turns a scenario finds the language, the world, and nothing else of the caller's realm", async () => {
  await using esbuild = await testEsbuild();
  const { result } = await exploreScenario(turns, { esbuild, name: "shadowed" });
  assertEquals(result.outcomes.map(({ outcome }) => outcome), [
    ["undefined", "undefined", true, 1735689600000, "https://example.com/", true, false],
  ]);
  const polluted = await exploreScenario(scenarios, { esbuild, name: "polluted", budget: 50, drain: "turn" });
  assertEquals(polluted.result.outcomes.map(({ outcome }) => outcome), [[1, 1]]);
  assertEquals([Reflect.get(Array.prototype, "count"), Reflect.get(globalThis, "count")], [undefined, undefined]);
});

Deno.test("code that is made of a text finds the world of its run, and by turns is refused by name", async () => {
  await using esbuild = await testEsbuild();
  const texts = import.meta.resolve("../guests/text_scenarios.ts");
  const direct = import.meta.resolve("../guests/eval_scenario.ts");
  const outcomesOf = async (module: string, options: Partial<ExploreScenarioOptions>) => {
    const { result } = await exploreScenario(module, { esbuild, strategy: "depth-first", ...options });
    return [result.verdict, result.outcomes.map(({ outcome }) => outcome)];
  };
  for (const how of textual) {
    const found = ["ab", "ba"].map((order) => [order, 1735689600005, 5, "AsyncFunction", true]);
    assertEquals([how, ...await outcomesOf(texts, { input: [how] })], [how, "proved", found]);
    const error = await assertRejects(() => outcomesOf(texts, { input: [how, "turn"] }), ScenarioError);
    assertMatch(
      error.message,
      /^Cannot use (\w*Function with a text|eval of globals), by turns, in a scenario: it is not/,
    );
    assert(error.message.includes("(text_scenarios.ts:"), error.message);
  }
  const [a, b] = ["a1735689600000", "b1735689600000"];
  for (const drain of drains) {
    assertEquals(await outcomesOf(direct, { drain }), ["proved", [[a, b], [b, a]]]);
  }
});

Deno.test("by turns errors that nobody catches are found, and what the world lacks is refused", async () => {
  await using esbuild = await testEsbuild();
  for (
    const [module, name, kind, message] of [
      [turns, "abortListener", "exception", "nobody catches Error: in a listener"],
      [scenarios, "unhandled", "unhandled-rejection", "nobody handles TypeError: lost (scenarios.ts:"],
      [scenarios, "late", "late-rejection", "TypeError: late (scenarios.ts:"],
      [scenarios, "hang", "hang", "the scenario still waits, but nothing is pending"],
      [scenarios, "crash", "exception", "nobody catches Error: in a timer (scenarios.ts:"],
    ] as const
  ) {
    const { result } = await exploreScenario(module, { esbuild, name, budget: 200, drain: "turn" });
    assert(result.verdict === "bug", name);
    assertEquals([name, result.kind, result.message.slice(0, message.length)], [name, kind, message]);
  }
  const refused = async (module: string, name: string, drain: ExploreScenarioOptions["drain"], word: string) => {
    const error = await assertRejects(() => exploreScenario(module, { esbuild, name, drain }), ScenarioError);
    assert(error.message.includes(word), error.message);
  };
  await refused(scenarios, "connects", "turn", "Cannot use Deno.connect");
  for (const drain of drains) await refused(scenarios, "imports", drain, "Cannot use import of data:text/javascript,");
  await refused(turns, "field", "own-queue", "Cannot use Request in a scenario");
  const elsewhere = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  Reflect.set(Promise, "elsewhere", elsewhere);
  await refused(turns, "elsewhere", "turn", "it waits for something of this process");
  Reflect.deleteProperty(Promise, "elsewhere");
  const options = { esbuild, name: "field", drain: "sink" as never };
  await assertRejects(() => exploreScenario(turns, options), RangeError, "one of own-queue, turn");
});

Deno.test("by turns an endless loop is ended, and told nobody else's of", async () => {
  await using esbuild = await testEsbuild();
  for (const input of ["loop", "microtasks", "chunks"]) {
    const options = { esbuild, name: "endless", input, drain: "turn", timeout: 50, strategy: "depth-first" } as const;
    const { result, trace } = await exploreScenario(turns, { ...options, keepGoing: true });
    assert(result.verdict === "bug");
    const message = "after c the code never waits again: a loop, or microtasks without end";
    assertEquals([result.kind, result.message, result.minimal], ["livelock", message, true]);
    assertEquals(trace?.rows.map(({ text }) => text), ["b", "a", "c"]);
    const outcomes = ["abc", "acb", "cab", "cba"].map((order) => `${order} undefined`);
    assertEquals(result.outcomes.map(({ outcome }) => outcome).sort(), outcomes);
    const { result: others } = await exploreScenario(turns, { ...options, find: "unhandled-rejection" });
    assertEquals([others.verdict, others.schedules], ["proved", 6]);
    const again = await replayScenario(turns, result.schedule, options);
    assertEquals([again.finding?.kind, again.finding?.message, again.trace], ["livelock", message, trace]);
    assertEquals(Reflect.get(Array.prototype, "spoiled"), undefined);
  }
});

Deno.test("an exploration that is over keeps no realm", async () => {
  await using esbuild = await testEsbuild();
  const input = [{ kind: "timer", count: 2 }];
  for (const drain of drains) {
    const explore = () => exploreScenario(random, { esbuild, name: "mixed", input, budget: 5, drain });
    await explore();
    const before = usedHeap();
    for (let times = 0; times < 16; times++) await explore();
    // A realm takes megabytes.
    assert(usedHeap() - before < 8_000_000, `${drain}: ${usedHeap() - before} bytes more`);
  }
});
