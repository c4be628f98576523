import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { OwnerDiedError } from "../../lib/errors.ts";
import { explore, replay, scriptOf, traceOf } from "../../lib/explorer/mod.ts";
import { choose } from "../../lib/memory/mod.ts";
import { defineProgram, ensure } from "../../lib/program/mod.ts";
import { barrier, cell, lock, semaphore } from "../../lib/sync/mod.ts";

const GRANULARITIES = ["operation", "word"] as const;

const dying = defineProgram({
  name: "dying",
  claim: "Who dies with the lock leaves it to the other, who is told.",
  shared: () => ({ guard: lock(), x: cell() }),
  outcome: ({ x }) => x.load(),
  tasks: (_settings) => [
    {
      name: "mortal",
      *run({ guard, x }) {
        yield* guard.acquire();
        yield* x.store(1);
        yield* guard.release();
      },
    },
    {
      name: "heir",
      *run({ guard, x }) {
        const acquired = yield* guard.acquire();
        if (acquired instanceof OwnerDiedError) yield* guard.markConsistent();
        ensure(acquired === true || (yield* x.load()) === 0, "who died with the lock had not begun");
        yield* guard.release();
      },
    },
  ],
  expected: () => [1],
});

Deno.test("explore() kills so many tasks as it is told to, at any action, and what they held goes on", () => {
  for (const strategy of ["dpor", "depth-first", "portfolio", "random", "pct"] as const) {
    const bug = explore(dying, { strategy, deaths: 1 });
    assert(bug.verdict === "bug", `${strategy}: ${bug.verdict}`);
    assertEquals(bug.kind, "assertion");
    assertMatch(bug.message, /heir.*who died with the lock had not begun/);
    assertMatch(bug.schedule, /mortal=dies/);
    assertEquals(replay(dying, bug.schedule).finding?.message, bug.message);
    assert(traceOf(dying, bug.schedule).rows.some(({ text }) => text === "dies"));
    assertThrows(() => scriptOf(dying, bug.schedule), RangeError, "tasks die in it");
  }
  assertEquals(explore(dying).verdict, "proved");
  const sets = (["dpor", "depth-first"] as const).map((strategy) => {
    const result = explore(dying, { strategy, deaths: 2, keepGoing: true, budget: 100_000 });
    assert(result.verdict === "bug" && result.exhausted);
    return result.outcomes.map(({ outcome }) => JSON.stringify(outcome)).toSorted();
  });
  assertEquals(sets[0], sets[1]);
  assert(sets[0]!.some((text) => text.includes('"mortal"') && text.includes('"heir"')), "both die");
});

Deno.test("explore() finds who waits for ever after a death, and takes no failure after one for a bug", () => {
  const left = defineProgram({
    name: "left",
    claim: "A permit that was taken raw dies with its task.",
    shared: () => ({ s: semaphore(1) }),
    outcome: function* () {},
    tasks: (_settings) =>
      ["a", "b"].map((name) => ({
        name,
        *run({ s }) {
          yield* s.acquire();
          yield* s.release();
        },
      })),
    expected: () => [undefined],
  });
  for (const granularity of GRANULARITIES) {
    const bug = explore(left, { granularity, deaths: 1 });
    assert(bug.verdict === "bug" && bug.kind === "deadlock", bug.verdict);
  }
  const meeting = defineProgram({
    name: "meeting",
    claim: "A barrier that a party died at breaks.",
    shared: () => ({ gate: barrier(2) }),
    outcome: function* () {},
    tasks: (_settings) => ["a", "b"].map((name) => ({ name, run: ({ gate }) => gate.wait() })),
    expected: () => () => true,
  });
  const result = explore(meeting, { strategy: "dpor", deaths: 1, keepGoing: true });
  assertEquals(result.verdict, "proved");
  assert(result.outcomes.some(({ outcome }) => `${JSON.stringify(outcome)}`.includes("BrokenBarrierError")));
});

Deno.test("explore() calls no program nondeterministic because a task died that would have gone on", () => {
  const chance = defineProgram({
    name: "chance",
    claim: "Anything may come out.",
    shared: () => ({ x: cell() }),
    outcome: ({ x }) => x.load(),
    tasks: () => [
      { name: "adder", run: ({ x }) => x.add(1) },
      { name: "chooser", run: () => choose(2) },
    ],
    expected: () => () => true,
  });
  for (const granularity of GRANULARITIES) {
    const { verdict, assumptions } = explore(chance, { granularity, deaths: 1, strategy: "depth-first" });
    assertEquals([verdict, assumptions], ["proved", []], granularity);
  }
});
