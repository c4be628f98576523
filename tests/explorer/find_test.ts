import { assert, assertEquals, assertThrows } from "@std/assert";
import { type BugKind, explore, type ExploreOptions, kinds, replay } from "../../lib/explorer/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { type AnyProgram, defineProgram } from "../../mod.ts";
import { cell, lock } from "../../lib/sync/mod.ts";

/** Loses an update by a race, and then may wait for ever with a lock. */
const many: AnyProgram = defineProgram({
  name: "many",
  claim: "It has bugs of several kinds.",
  shared: () => ({ n: cell({ order: "plain" }), a: lock(), b: lock() }),
  tasks: (_settings) =>
    ["ab", "ba"].map((name) => ({
      name,
      *run({ n, a, b }) {
        yield* n.store((yield* n.load()) + 1);
        const [first, second] = name === "ab" ? [a, b] : [b, a];
        yield* first.acquire();
        yield* second.acquire();
        yield* second.release();
        yield* first.release();
      },
    })),
  outcome: ({ n }) => n.load(),
  expected: () => [2],
});

function kindOf(options: ExploreOptions): BugKind | string {
  const result = explore(many, options);
  return result.verdict === "bug" ? result.kind : result.verdict;
}

Deno.test("explore({ ignore }) leaves kinds out, explore({ find }) all others", () => {
  assertEquals(kindOf({ keepGoing: true, budget: 500 }), "assertion");
  assertEquals(kindOf({ ignore: ["assertion"], keepGoing: true, budget: 500 }), "deadlock");
  assertEquals(kindOf({ ignore: ["assertion", "deadlock"], keepGoing: true, budget: 500 }), "race");
  assertEquals(kindOf({ ignore: ["assertion", "deadlock", "race"], strategy: "dpor" }), "proved");
  for (const find of ["assertion", "deadlock", "race"] as const) assertEquals(kindOf({ find }), find);
  assertEquals(kindOf({ find: "leak", strategy: "dpor" }), "proved");
});

Deno.test("explore({ find }) gives the smallest schedule that comes to an outcome, expected or not", () => {
  for (const [outcome, preemptions] of [[2, 0], [1, 1]] as const) {
    const result = explore(many, { find: { outcome } });
    assert(result.verdict === "found");
    assertEquals([result.outcome, result.preemptions, result.minimal], [outcome, preemptions, true]);
    assertEquals(replay(many, result.schedule).outcome, outcome);
  }
  assertEquals(explore(many, { find: { outcome: 3 }, strategy: "dpor" }).verdict, "proved");
});

Deno.test("explore() refuses kinds that there are not, budgets out of range, and to ignore what makes all else doubtful", () => {
  const refusals: readonly (readonly [options: object, says: string])[] = [
    [{ find: "bugs" }, `bugs as a kind of bug, one of ${kinds.join(", ")} is wanted`],
    [{ ignore: ["race", "x"] }, "x as a kind of bug"],
    [{ ignore: ["nondeterminism"] }, "nondeterminism to be ignored"],
    [{ budget: 2e9 }, "a budget of 2000000000, a whole number from 1 to 1000000000 is wanted"],
  ];
  for (const [options, says] of refusals) assertThrows(() => explore(many, options), RangeError, says);
});

Deno.test("explore() looks for an outcome with the given parameters alone", () => {
  const [counter] = programs.filter(({ name }) => name === "counter");
  assert(counter !== undefined && "tasks" in counter);
  // With fewer additions that is what must come out.
  const result = explore(counter, { parameters: { tasks: 2, times: 2 }, find: { outcome: 2 } });
  assert(result.verdict === "found" && result.smaller === undefined, result.verdict);
});

Deno.test("explore() goes on from a race that changes nothing to one that does", () => {
  const [counter] = programs.filter(({ name }) => name === "counter");
  assert(counter !== undefined && "tasks" in counter);
  const parameters = { tasks: 2, times: 3 };
  const result = explore(counter, { parameters });
  assert(result.verdict === "bug");
  assertEquals([result.kind, result.serial, result.smaller?.outcome], ["race", false, 1]);
  assert(typeof result.outcome === "number" && result.outcome < 6);
  // Where no race does, it is the race alone.
  const harmless = defineProgram({
    name: "harmless",
    claim: "Both store the same.",
    shared: () => ({ n: cell({ order: "plain" }) }),
    tasks: (_settings) => ["a", "b"].map((name) => ({ name, run: ({ n }) => n.store(1) })),
    outcome: ({ n }) => n.load(),
    expected: () => [1],
  });
  const race = explore(harmless);
  assert(race.verdict === "bug");
  assertEquals([race.kind, race.serial, race.preemptions], ["race", true, 0]);
});

Deno.test("explore() says how likely it missed something where it did not run all", () => {
  const result = explore(many, { ignore: ["assertion", "deadlock", "race"], budget: 20 });
  assert(result.verdict === "not-exhausted");
  const { unseen, missed, covered } = result;
  assert(unseen !== undefined && unseen >= 0 && unseen < 1);
  assert(missed !== undefined && missed.depth === 3 && missed.chance > 0.9 && missed.chance < 1, `${missed?.chance}`);
  assert(covered === undefined || covered >= 0);
  const alone = explore(many, { ignore: ["assertion", "deadlock", "race"], budget: 20, strategy: "bounded" });
  assert(alone.verdict === "not-exhausted");
  assertEquals([alone.unseen, alone.missed], [undefined, undefined]);
});
