import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { exploreScenario, type ExploreScenarioOptions, replayScenario } from "../../lib/scenario/mod.ts";
import { ScenarioError } from "../../lib/errors.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import { type Part, PARTS } from "../guests/random_scenario.ts";

const isSoak = Deno.env.has("HOLDFAST_SOAK");
const exchange = import.meta.resolve("../guests/exchange.ts");
const random = import.meta.resolve("../guests/random_scenario.ts");
const scenarios = import.meta.resolve("../guests/scenarios.ts");

const parts: fc.Arbitrary<readonly Part[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...PARTS), count: fc.integer({ min: 1, max: 2 }) }),
  { minLength: 1, maxLength: 4 },
);

Deno.test("exploreScenario() runs chains of completions in as many orders as there are", async () => {
  await using esbuild = await testEsbuild();
  const lengths = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.constantFrom("depth-first" as const, "bounded" as const), async (input, strategy) => {
      const { result } = await exploreScenario(random, { esbuild, name: "chains", input, strategy, budget: 100_000 });
      const factorial = (n: number): number => n <= 1 ? 1 : n * factorial(n - 1);
      const all = factorial(input.reduce((sum, length) => sum + length, 0));
      const orders = all / input.reduce((product, length) => product * factorial(length), 1);
      assertEquals(
        [result.verdict, result.schedules, result.distinct, new Set(result.outcomes.map(({ count }) => count)).size],
        ["proved", orders, orders, 1],
      );
    }),
    { numRuns: isSoak ? 200 : 8 },
  );
});

Deno.test("exploreScenario() gives the same for the same seed, whether runs share their drains or not", async () => {
  await using esbuild = await testEsbuild();
  const options = fc.record({
    seed: fc.integer(),
    strategy: fc.constantFrom("portfolio" as const, "depth-first" as const, "pct" as const, "pos" as const),
    clock: fc.constantFrom("ordered" as const, "free" as const),
    keepGoing: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(parts, options, async (input, given) => {
      const explored = async (more: Partial<ExploreScenarioOptions>) => {
        return await exploreScenario(random, { esbuild, name: "mixed", input, budget: 60, ...given, ...more });
      };
      const one = await explored({});
      assertEquals(await explored({}), one);
      assertEquals(await explored({ together: false }), one);
    }),
    { numRuns: isSoak ? 500 : 10 },
  );
});

Deno.test("replayScenario() shows again what was found", async () => {
  await using esbuild = await testEsbuild();
  await fc.assert(
    fc.asyncProperty(parts, fc.integer(), async (input, seed) => {
      const options = { esbuild, name: "mixed", input, seed, budget: 100 } as const;
      const { result, trace } = await exploreScenario(random, options);
      if (!("schedule" in result) || result.verdict !== "bug") return;
      assert(!/undefined/.test(JSON.stringify([result.schedule, trace?.tasks])), result.schedule);
      for (const { preempts = 0 } of trace?.rows ?? []) assert(trace?.tasks[preempts] !== undefined, result.schedule);
      const again = await replayScenario(random, result.schedule, options);
      assertEquals([again.finding?.kind, again.preemptions], [result.kind, result.preemptions]);
      assertEquals(again.trace, trace);
    }),
    // What the timer overtakes has no row of its own.
    { numRuns: isSoak ? 200 : 10, examples: [[[{ kind: "race", count: 1 }], 0]] },
  );
});

Deno.test("exploreScenario() says that fewest deviations are needed only where fewer show nothing", async () => {
  await using esbuild = await testEsbuild();
  await fc.assert(
    fc.asyncProperty(parts, async (input) => {
      const options = { esbuild, name: "mixed", input, budget: 2000 } as const;
      const { result } = await exploreScenario(random, options);
      if (!("schedule" in result) || result.verdict !== "bug" || !result.minimal || result.preemptions === 0) return;
      const find = result.kind;
      const { result: all } = await exploreScenario(random, { ...options, find, strategy: "bounded" });
      assert("schedule" in all);
      assertEquals(all.preemptions, result.preemptions);
    }),
    { numRuns: isSoak ? 200 : 4 },
  );
});

const BUGS = [
  [
    "hang",
    "hang",
    "the scenario still waits, but nothing is pending\nscenarios.ts:14 awaits a promise made at scenarios.ts:14,",
  ],
  [
    "held",
    "hang",
    "the scenario still waits, but nothing is pending\nscenarios.ts:20 awaits lock a, which nothing gives it\n",
  ],
  ["livelock", "livelock", "after x the code never waits again"],
  ["loop", "livelock", "after x the code never waits again"],
  ["unhandled", "unhandled-rejection", "nobody handles TypeError: lost (scenarios.ts:"],
  ["late", "late-rejection", "TypeError: late (scenarios.ts:"],
  ["object", "exception", '{ code: "E", at: [ 1 ] }'],
  ["leak", "leak", "it returns and leaves behind: interval 10 ms"],
  ["assertion", "assertion", "one comes before two (scenarios.ts:"],
  ["swallowed", "assertion", "nothing is swallowed (scenarios.ts:"],
  ["exception", "exception", "TypeError: Cannot read properties of undefined (reading 'value') (scenarios.ts:"],
  ["crash", "exception", "nobody catches Error: in a timer (scenarios.ts:"],
  ["lost", "assertion", "both updates count"],
] as const;

Deno.test("exploreScenario() finds each kind of bug, and names the line", async () => {
  await using esbuild = await testEsbuild();
  for (const [name, kind, message] of BUGS) {
    const { result } = await exploreScenario(scenarios, { esbuild, name, budget: 200, timeout: 200 });
    assert(result.verdict === "bug", name);
    assertEquals([name, result.kind, result.message.slice(0, message.length)], [name, kind, message]);
    if (kind === "livelock") continue;
    const again = await replayScenario(scenarios, result.schedule, { esbuild, name });
    assertEquals([again.finding?.kind, again.finding?.message], [kind, result.message]);
  }
});

Deno.test("what is thrown may answer no question", async () => {
  await using esbuild = await testEsbuild();
  for (const name of ["bare", "getter", "text", "proxy"]) {
    for (
      const [how, kind] of [["throws", "exception"], ["rejects", "unhandled-rejection"], ["io", "exception"]] as const
    ) {
      const { result } = await exploreScenario(scenarios, { esbuild, name: "hostile", input: `${name} ${how}` });
      assert(result.verdict === "bug");
      assertEquals([name, how, result.kind], [name, how, kind]);
    }
    const { result } = await exploreScenario(scenarios, { esbuild, name: "hostile", input: `${name} gives` });
    assertEquals([name, result.verdict], [name, "proved"]);
  }
});

Deno.test("what is heard of as a last resort is no bug", async () => {
  await using esbuild = await testEsbuild();
  for (const drain of ["own-queue", "turn"] as const) {
    for (const input of ["process", "prevented"]) {
      const { result: { verdict, outcomes } } = await exploreScenario(scenarios, {
        esbuild,
        name: "resort",
        input,
        drain,
      });
      assertEquals([input, verdict, outcomes.map(({ outcome }) => outcome)], [input, "proved", [[
        "Error: a",
        "Error: b",
      ]]]);
    }
    const { result } = await exploreScenario(scenarios, { esbuild, name: "resort", input: "seen", drain });
    assert(result.verdict === "bug");
    assertEquals([result.kind, result.message.slice(0, 23)], ["unhandled-rejection", "nobody handles Error: a"]);
  }
});

Deno.test("a scenario finds the world's clock and chance, and its module as it is at first", async () => {
  await using esbuild = await testEsbuild();
  const explored = async (name: string) => (await exploreScenario(scenarios, { esbuild, name, budget: 500 })).result;
  const polluted = await explored("polluted");
  assertEquals([polluted.verdict, polluted.outcomes.map(({ outcome }) => outcome)], ["proved", [[1, 1]]]);
  assertEquals((await explored("asks")).outcomes[0]?.outcome, ["function", "function", "function", "function"]);
  assertEquals((await explored("served")).outcomes.map(({ outcome }) => outcome), [
    "404GET",
    // What is added to was read before the wait.
    "GET",
    "GET404",
  ]);
  const clocked = (await explored("clocked")).outcomes.map(({ outcome }) => outcome as unknown[]);
  assertEquals(clocked.map(([ended, date, now]) => [ended, date, now]), [
    ["TimeoutError", 1735689600050, 50],
    ["done", 1735689600000, 0],
  ]);
  // Chance is the same in each run.
  assertEquals(clocked[0]?.slice(3), clocked[1]?.slice(3));
});

Deno.test("a scenario finds the contexts of AsyncLocalStorage, over all that comes from outside", async () => {
  await using esbuild = await testEsbuild();
  for (const together of [true, false]) {
    const { result } = await exploreScenario(scenarios, { esbuild, name: "followed", budget: 300, together });
    assert(result.verdict !== "bug", JSON.stringify(result));
  }
});

/** Bodies, as rows tell them. */
const TOLD = {
  none: "",
  plain: `'saved'`,
  json: `'{"id":1}'`,
  query: "'a=b'",
  stream: "(a stream)",
  blob: "(a Blob)",
  form: "(a FormData)",
} as const;
const BODIES = ["none", "plain", "json", "query", "stream", "blob", "form"] as const;

Deno.test("a row of a trace is one line, tells what is sent and what an answer says, and what is overtaken for good", async () => {
  await using esbuild = await testEsbuild();
  const { result, trace } = await exploreScenario(scenarios, { esbuild, name: "answered" });
  assert(result.verdict === "bug");
  const texts = trace?.rows.map(({ text }) => text) ?? [];
  const sent = `'{"text":"a note of some length, a note…`;
  assertEquals(texts[0], `POST /notes: ${sent} → { status: 201, body: '{"id":1}' }`);
  assertEquals(texts[2]?.slice(0, 41), "list: [ 'a note of some length, number 0'");
  assert(texts[2]?.endsWith("…") && texts[2].length < 200, texts[2]);
  assertEquals(texts.at(-1), "close: before PUT /notes/1, which does not come");
  assertEquals(texts.filter((text) => text.includes("\n")), []);
});

Deno.test("a row tells what the platform's requests and responses hold, and shows no class", async () => {
  await using esbuild = await testEsbuild();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...BODIES), fc.constantFrom(...BODIES), async (sent, given) => {
      const { result, trace } = await exploreScenario(exchange, {
        esbuild,
        input: { sent, given },
      });
      assert(result.verdict === "bug");
      const body = given === "none" ? "" : `, body: ${TOLD[given]}`;
      const answer = given === "plain" ? TOLD.plain : `{ status: 201${body} }`;
      const text = `PUT http://h/a: ${sent === "none" ? "" : `${TOLD[sent]} → `}${answer}`;
      const texts = trace?.rows.map(({ text }) => text).filter((text) => text.startsWith("PUT") && /: /.test(text));
      // The request, its clone, and one made of it.
      assertEquals([result.message.slice(0, 12), texts], ["all is as is", [text, text, text]]);
    }),
    { numRuns: isSoak ? 100 : 15 },
  );
});

Deno.test("exploreScenario() refuses what is no scenario, and what the world lacks", async () => {
  await using esbuild = await testEsbuild();
  const refused = async (module: string, name: string | undefined, ...words: string[]) => {
    const error = await assertRejects(() => exploreScenario(module, { esbuild, name }), ScenarioError);
    for (const word of words) assert(error.message.includes(word), `${error.message}: ${word}`);
  };
  await refused(scenarios, "synchronous", "synchronous: it returns no promise", "an async function");
  await refused(scenarios, "promising", "Cannot use expect in a scenario: a promise is given", "(scenarios.ts:");
  await refused(scenarios, "nobody", "assertion", "an async function called nobody is wanted");
  await refused(scenarios, undefined, "one of them, as in", ", is wanted");
  await refused(scenarios, "connects", "Cannot use Deno.connect", "an io that stands for it", "(scenarios.ts:");
  await refused(
    scenarios,
    "fetches",
    "Cannot use fetch",
    "nobody answers it, a handler, as in serve(",
    "(scenarios.ts:",
  );
  await refused(import.meta.resolve("./missing.ts"), undefined, "Cannot bundle", "missing.ts");
  await assertRejects(
    () => exploreScenario(scenarios, { esbuild, name: "lost", strategy: "dpor" }),
    RangeError,
    "dpor",
  );
  const schedule = "hf2:a@0.read/b.1:aaaa00";
  await assertRejects(
    () => replayScenario(scenarios, schedule, { esbuild, name: "lost" }),
    RangeError,
    "Cannot replay",
  );
});
