import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { explore } from "../../lib/explorer/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";
import { exploreScenario, type ExploreScenarioOptions, replayScenario } from "../../lib/scenario/mod.ts";
import { shareIn } from "../../lib/scenario/share.ts";
import { cell, lock, type Semaphore, semaphore, type SharedCell } from "../../lib/sync/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import type { Call } from "../guests/shared_scenarios.ts";

const isSoak = Deno.env.has("HOLDFAST_SOAK");
const scenarios = import.meta.resolve("../guests/shared_scenarios.ts");

Deno.test("a counter loses an update, and none where a lock guards it", async () => {
  await using esbuild = await testEsbuild();
  const options = { esbuild, name: "counted", input: { adders: 2, guarded: false } } as const;
  const { result, trace } = await exploreScenario(scenarios, options);
  assert(result.verdict === "bug");
  assertEquals([result.kind, result.assumptions], ["assertion", []]);
  const labels = trace?.rows.map(({ text }) => text) ?? [];
  assertEquals(labels.toSorted(), ["count.load", "count.load", "count.load", "count.store", "count.store"]);
  for (const { source } of trace?.rows ?? []) assert(source?.includes("/shared_scenarios.ts:"), source);
  const again = await replayScenario(scenarios, result.schedule, options);
  assertEquals([again.finding?.message, again.trace], [result.message, trace]);
  for (const drain of ["own-queue", "turn"] as const) {
    const twin = await exploreScenario(scenarios, {
      ...options,
      input: { adders: 2, guarded: true },
      drain,
      strategy: "depth-first",
    });
    assertEquals([twin.result.verdict, twin.result.outcomes.map(({ outcome }) => outcome)], ["proved", [2]]);
  }
});

Deno.test("two locks that are taken in two orders hang, with the lines of those who wait", async () => {
  await using esbuild = await testEsbuild();
  const { result } = await exploreScenario(scenarios, { esbuild, name: "crossed", input: false });
  assert(result.verdict === "bug");
  const line = (await Deno.readTextFile(new URL(scenarios))).split("\n").findIndex((text) => text.includes("_second")) +
    1;
  const [, ...waits] = result.message.split("\n");
  const wait = (lock: string) => `shared_scenarios.ts:${line} awaits ${lock}.acquire, which nothing gives it`;
  assertEquals([result.kind, waits.slice(0, 2).toSorted()], ["hang", [wait("a"), wait("b")]]);
  assertEquals(waits.filter((text) => !text.startsWith("shared_scenarios.ts:")), []);
  const twin = await exploreScenario(scenarios, { esbuild, name: "crossed", input: true, strategy: "depth-first" });
  assertEquals(twin.result.verdict, "proved");
});

Deno.test("a wait ends where it is woken, at its time, or aborted; values go through queues", async () => {
  await using esbuild = await testEsbuild();
  const outcomes = async (name: string, input?: unknown, more: Partial<ExploreScenarioOptions> = {}) => {
    const { result } = await exploreScenario(scenarios, { esbuild, name, input, strategy: "depth-first", ...more });
    return [result.verdict, ...result.outcomes.map(({ outcome }) => JSON.stringify(outcome)).toSorted()];
  };
  assertEquals(await outcomes("waiting", "come"), ["proved", "[true,0]"]);
  assertEquals(await outcomes("waiting", "aborted"), ["proved", '["over",0]']);
  assertEquals(await outcomes("waiting", 0.5), ["proved", "[false,500]", "[true,0]"]);
  assertEquals(await outcomes("queued"), ["proved", '"ab"', '"ba"']);
});

Deno.test("what calls come to is what they come to as the steps of a program's tasks", async () => {
  await using esbuild = await testEsbuild();
  const call = fc.constantFrom<Call>("load", "add", "store", "try", "give");
  const script = fc.array(fc.oneof(call.map((one) => [one]), fc.constant<Call[]>(["take", "give"])), {
    minLength: 1,
    maxLength: 2,
  }).map((parts) => parts.flat().slice(0, 3));
  const shape = fc.array(script, { minLength: 2, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(shape, async (scripts) => {
      const model = explore(programOf(scripts), { strategy: "dpor", keepGoing: true });
      const { result } = await exploreScenario(scenarios, {
        esbuild,
        name: "scripted",
        input: scripts,
        strategy: "depth-first",
        keepGoing: true,
      });
      const texts = (outcomes: readonly { readonly outcome: unknown }[]) => {
        return outcomes.map(({ outcome }) => JSON.stringify(outcome)).toSorted();
      };
      const finished = texts(model.outcomes).filter((text) => !text.includes("DeadlockError"));
      assertEquals(texts(result.outcomes), finished);
      assertEquals(result.verdict === "bug" && result.kind, finished.length < model.outcomes.length && "hang");
    }),
    { numRuns: isSoak ? 200 : 8 },
  );
});

Deno.test("a world is wanted, and a name for each thing", () => {
  assertThrows(() => shareIn({} as never, { guard: lock() }), TypeError, "the scenario's own is wanted");
  const guard = lock();
  assertThrows(() => shareIn({ io: () => Promise.reject() }, { guard, other: guard }), TypeError, "two names");
});

function programOf(scripts: readonly (readonly Call[])[]) {
  return defineProgram({
    name: "scripted",
    claim: "Tasks do what scripts say.",
    module: import.meta.url,
    shared: () => ({ word: cell(), permit: semaphore(1) }),
    tasks: () =>
      scripts.map((script, task) => ({
        name: `task ${task}`,
        *run({ word, permit }: { readonly word: SharedCell<"i32">; readonly permit: Semaphore }) {
          const calls = {
            load: () => word.load(),
            add: () => word.add(1),
            store: () => word.store(5),
            try: () => permit.tryAcquire(),
            take: () => permit.acquire(),
            give: () => permit.release(),
          };
          const seen: unknown[] = [];
          for (const call of script) seen.push((yield* calls[call]()) ?? null);
          return seen;
        },
      })),
    expected: () => () => true,
    *outcome(_shared, { results }) {
      return results;
    },
  });
}
