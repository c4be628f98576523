import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { exploreScenario, type ExploreScenarioOptions, replayScenario } from "../../lib/scenario/mod.ts";
import { ScenarioError } from "../../lib/errors.ts";
import { testEsbuild } from "../contracts/esbuild.ts";

const isSoak = Deno.env.has("HOLDFAST_SOAK");
const scenarios = import.meta.resolve("../guests/worker_scenarios.ts");

Deno.test("messages of workers come in as many orders as there are", async () => {
  await using esbuild = await testEsbuild();
  const shape = fc.constantFrom([1, 3], [2, 1], [2, 2], [3, 1], [2, 3]);
  await fc.assert(
    fc.asyncProperty(shape, fc.boolean(), async ([workers = 1, each = 1], together) => {
      const options = { esbuild, name: "messages", input: { workers, each }, together } as const;
      const { result } = await exploreScenario(scenarios, { ...options, strategy: "depth-first", budget: 100_000 });
      const factorial = (n: number): number => n <= 1 ? 1 : n * factorial(n - 1);
      // That a worker starts comes before its messages.
      const orders = factorial(workers * (each + 1)) / factorial(each + 1) ** workers;
      const outcomes = factorial(workers * each) / factorial(each) ** workers;
      assertEquals([result.verdict, result.schedules, result.distinct], ["proved", orders, outcomes]);
    }),
    { numRuns: isSoak ? 50 : 5 },
  );
});

Deno.test("a bug of the order of two workers' messages is found, and its twin is proved", async () => {
  await using esbuild = await testEsbuild();
  const options = { esbuild, name: "lookups", input: false } as const;
  const { result, trace } = await exploreScenario(scenarios, options);
  assert(result.verdict === "bug");
  assertEquals([result.kind, result.minimal], ["assertion", true]);
  assertEquals(await exploreScenario(scenarios, { ...options, together: false }).then(({ trace }) => trace), trace);
  const again = await replayScenario(scenarios, result.schedule, options);
  assertEquals([again.finding?.message, again.trace], [result.message, trace]);
  const twin = await exploreScenario(scenarios, { ...options, input: true, strategy: "depth-first" });
  assertEquals([twin.result.verdict, twin.result.outcomes.map(({ outcome }) => outcome)], ["proved", ["AB"]]);
});

Deno.test("workers fail, close, die and are left over; what they are sent is moved or copied", async () => {
  await using esbuild = await testEsbuild();
  const explored = async (name: string, input?: unknown, more: Partial<ExploreScenarioOptions> = {}) => {
    return (await exploreScenario(scenarios, { esbuild, name, input, ...more })).result;
  };
  const outcomes = async (...args: Parameters<typeof explored>) => {
    const { verdict, outcomes } = await explored(...args);
    return [verdict, ...outcomes.map(({ outcome }) => outcome).sort()];
  };
  assertEquals(await outcomes("transferred"), ["proved", [0, 6]]);
  assertEquals(await outcomes("echoed"), ["proved", [{ of: new Map([[1, new Date(0)]]) }]]);
  assertEquals(await outcomes("closing"), ["proved", "closes"]);
  assertEquals(await outcomes("failing", true), ["proved", "Uncaught RangeError: in a worker"]);
  assertEquals(await outcomes("rejecting"), ["proved", "Uncaught (in promise) RangeError: in a promise"]);
  assertEquals(await outcomes("moving"), ["proved", [[1, false], [2, false]]]);
  assertEquals(await outcomes("broadcasting"), ["proved", [[["a"], true]]]);
  assertEquals(await outcomes("locking", true), ["proved", ["holds", "has it"]]);
  // The lock is given back before what tells of it arrives, or after.
  assertEquals(await outcomes("locking", false), [
    "proved",
    ["holds", "gives back", "has it"],
    ["holds", "has it", "gives back"],
  ]);
  // What a worker fetches fails in its realm, before the server acts, behind it, or there; and it goes with the worker.
  assertEquals(await outcomes("fetching", { fails: true }), ["proved", [true, "broken"], [true, "down"]]);
  assertEquals(await outcomes("fetching", { ends: true }), ["proved", 0]);
  const fetched = await explored("fetching", {}, { strategy: "depth-first" });
  // Something else comes before or behind each of its start, question, act, answer and message.
  assertEquals([fetched.verdict, fetched.schedules, fetched.outcomes[0]?.outcome], ["proved", 6, 201]);
  const uncaught = await explored("failing", false);
  assert(uncaught.verdict === "bug");
  assert(uncaught.message.startsWith("nobody catches RangeError: in a worker (scenario_worker.ts:"), uncaught.message);
  const leaking = await explored("leaking");
  assert(leaking.verdict === "bug");
  assertEquals([leaking.kind, leaking.message], ["leak", "it returns and leaves behind: worker scenario_worker.ts"]);
  const died = await exploreScenario(scenarios, { esbuild, name: "dying", input: false });
  assert(died.result.verdict === "bug");
  assertEquals([died.result.kind, died.needsFault, died.faults.length], ["hang", true, 1]);
  assertEquals(await outcomes("dying", true), ["proved", "A", "late"]);
});

Deno.test("a worker that blocks is refused by name, and so is one of the caller's own realm", async () => {
  await using esbuild = await testEsbuild();
  const refused = async (name: string, drain: ExploreScenarioOptions["drain"], ...words: string[]) => {
    const error = await assertRejects(() => exploreScenario(scenarios, { esbuild, name, drain }), ScenarioError);
    for (const word of words) assert(error.message.includes(word), error.message);
  };
  await refused("blocking", undefined, "Cannot use Atomics.wait", "Holdfast's primitives", "scenario_worker.ts:");
  await refused("sharing", undefined, "Cannot use shared memory", "Holdfast's primitives", "worker_scenarios.ts:");
  await refused("blocking", "turn", "Cannot use Worker");
});
