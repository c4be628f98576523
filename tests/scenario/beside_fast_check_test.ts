import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Strategy } from "../../lib/explorer/mod.ts";
import { exploreScenario } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import { type Ask, calls, Field, FieldIndeed, oneByOne, oneByOneIndeed, typing } from "../guests/ordinary.ts";

const ordinary = import.meta.resolve("../guests/ordinary.ts");

/** What fast-check's scheduler finds: it releases answers in a random order. */
async function failsBeside(holds: (ask: Ask) => Promise<boolean>): Promise<boolean> {
  const { failed } = await fc.check(fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const ask = scheduler.scheduleFunction((text: string) => Promise.resolve(`found ${text}`));
    return await scheduler.waitFor(holds(ask));
  }));
  return failed;
}

/** What ours finds. */
async function explored(name: string, strategy: Strategy = "portfolio") {
  await using esbuild = await testEsbuild();
  return await exploreScenario(ordinary, { esbuild, name, strategy });
}

/** The lines of the code under test that a run names. */
async function linesOf(sources: readonly (string | undefined)[]): Promise<string[]> {
  const lines = (await Deno.readTextFile(new URL(ordinary))).split("\n");
  return sources.map((source) => {
    const [, file, line] = /^(.*):(\d+):\d+$/.exec(source ?? "") ?? [];
    assertEquals(file, ordinary);
    return lines[Number(line) - 1]?.trim() ?? "";
  });
}

Deno.test("a queue of calls: both find the bug, ours at the first order, and proves the other", async () => {
  assert(await failsBeside(async (ask) => await calls(ask, oneByOne) === 1));
  assert(!await failsBeside(async (ask) => await calls(ask, oneByOneIndeed) === 1));
  const { result, trace } = await explored("queue");
  assert(result.verdict === "bug");
  assertEquals([result.kind, result.preemptions, result.minimal, result.schedules], ["assertion", 0, true, 1]);
  const line = "const asking = ({ io }: World): Ask => (text) => io(`find ${text}`, () => `found ${text}`);";
  const [first] = await linesOf(trace?.rows.map(({ source }) => source) ?? []);
  assertEquals(first, line);
  const { result: other } = await explored("queueIndeed", "depth-first");
  // One call at a time leaves no choice.
  assertEquals([other.verdict, other.schedules], ["proved", 1]);
});

Deno.test("a field that completes what is typed: both find the bug, ours by one deviation, and proves the other", async () => {
  assert(await failsBeside(async (ask) => await typing(ask, Field) === "found hol"));
  assert(!await failsBeside(async (ask) => await typing(ask, FieldIndeed) === "found hol"));
  const { result, trace } = await explored("autocomplete");
  assert(result.verdict === "bug");
  assertEquals([result.kind, result.preemptions, result.minimal], ["assertion", 1, true]);
  assertEquals(trace?.rows.filter(({ preempts }) => preempts !== undefined).length, 1);
  const { result: other } = await explored("autocompleteIndeed", "depth-first");
  // Three chains of an act and its answer.
  assertEquals([other.verdict, other.schedules], ["proved", 90]);
});
