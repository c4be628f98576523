import { assertEquals } from "@std/assert";
import { explore, replay } from "../../lib/explorer/mod.ts";
import { defineProgram, type Settings } from "../../lib/program/mod.ts";
import { cell, lock } from "../../lib/sync/mod.ts";

const NAMES = ["a", "b", "c"];

/** Three tasks that load and store a counter twice each. */
const counter = defineProgram({
  name: "counter",
  claim: "Updates can be lost.",
  shared: () => ({ count: cell() }),
  tasks: (_settings) =>
    NAMES.map((name) => ({
      name,
      *run({ count }) {
        for (let time = 0; time < 2; time++) yield* count.store((yield* count.load()) + 1);
      },
    })),
  outcome: ({ count }) => count.load(),
  expected: () => [2, 3, 4, 5, 6],
});

function guarded({ variant }: Settings) {
  return { guard: lock(), count: cell({ order: variant === "bare" ? "atomic" : "plain" }) };
}

/** Two tasks that add one each, with a lock or without. */
const adders = defineProgram({
  name: "adders",
  claim: "Nothing is lost under a lock.",
  variants: ["locked", "bare", "plain cell"],
  specimens: ["bare", "plain cell"],
  shared: guarded,
  tasks: ({ variant }) =>
    ["a", "b"].map((name) => ({
      name,
      *run({ guard, count }) {
        using _held = variant === "locked" ? yield* guard.lock() : undefined;
        yield* count.store((yield* count.load()) + 1);
      },
    })),
  outcome: ({ count }) => count.load(),
  expected: ({ variant }) => variant === "bare" ? [2] : [1, 2],
});

Deno.test("DepthFirst runs three tasks of four steps in 12! / (4!)^3 interleavings", () => {
  const { verdict, schedules, outcomes } = explore(counter, { strategy: "depth-first", budget: 100_000 });
  assertEquals([verdict, schedules], ["proved", 34_650]);
  const counts = outcomes.map(({ outcome, count }) => [outcome, count]);
  assertEquals(counts, [[2, 10428], [3, 15180], [4, 7512], [5, 1440], [6, 90]]);
});

Deno.test("DepthFirst with rising bounds runs each interleaving once", () => {
  const { verdict, schedules, outcomes } = explore(counter, { strategy: "bounded", budget: 100_000 });
  assertEquals([verdict, schedules], ["proved", 34_650]);
  assertEquals(outcomes.map(({ count }) => count), [10428, 15180, 7512, 1440, 90]);
});

Deno.test("explore() says not-exhausted where the budget is spent", () => {
  const { verdict, schedules } = explore(counter, { strategy: "depth-first", budget: 34_649 });
  assertEquals([verdict, schedules], ["not-exhausted", 34_649]);
  assertEquals(explore(counter, { strategy: "depth-first", budget: 34_650 }).verdict, "proved");
});

Deno.test("explore() finds the lost update, and the lock proves 2", () => {
  for (const strategy of ["portfolio", "depth-first", "bounded", "dpor", "random"] as const) {
    const result = explore(adders, { variant: "bare", strategy });
    if (result.verdict !== "bug") throw new Error(`${strategy}: ${result.verdict}`);
    assertEquals([strategy, result.kind, result.preemptions, result.minimal], [strategy, "assertion", 1, true]);
    assertEquals(replay(adders, result.schedule, { variant: "bare" }).outcome, 1);
  }
  const proof = explore(adders, { variant: "locked" });
  assertEquals([proof.verdict, proof.outcomes.map(({ outcome }) => outcome)], ["proved", [2]]);
});

Deno.test("explore() finds the data race of a plain cell without a preemption, where that is all it may run", () => {
  const result = explore(adders, { variant: "plain cell", budget: 1 });
  if (result.verdict !== "bug") throw new Error(result.verdict);
  assertEquals([result.kind, result.preemptions], ["race", 0]);
  assertEquals(result.message, "a data race on count: nothing orders a (store 1) and b (load 1)");
});
