import { assert, assertEquals } from "@std/assert";
import { explore, parseSchedule, replay } from "../../lib/explorer/mod.ts";
import { defineProgram, ensure } from "../../lib/program/mod.ts";
import { cell } from "../../lib/sync/mod.ts";
import { account } from "./specimens/account.ts";
import { reorder } from "./specimens/reorder.ts";

const names = (tasks: number) => Array.from({ length: tasks }, (_, index) => `task ${index}`);

/** Tasks that add to a counter many times, and other work besides. */
const busy = defineProgram({
  name: "busy",
  claim: "Nothing is lost.",
  specimens: ["plain"],
  parameters: {
    tasks: { default: 4, min: 1, max: 8, description: "how many tasks" },
    times: { default: 5, min: 1, max: 50, description: "how often each adds" },
    seconds: { default: 0.5, fraction: true, description: "not a whole number" },
    name: { default: "a", choices: ["a", "b"], description: "a word" },
  },
  shared: () => ({ count: cell(), other: cell() }),
  outcome: ({ count }) => count.load(),
  tasks: ({ parameters: { tasks, times } }) =>
    Array.from({ length: tasks }, (_, index) => ({
      name: `task ${index}`,
      *run({ count, other }) {
        for (let time = 0; time < times; time++) {
          yield* other.add(1);
          yield* count.store((yield* count.load()) + 1);
        }
      },
    })),
  expected: ({ parameters: { tasks, times } }) => [tasks * times],
});

Deno.test("explore() shrinks what a walk found to one preemption, and to the fewest tasks and times", () => {
  for (const strategy of ["random", "pct"] as const) {
    for (const seed of [1, 2, 3]) {
      const bug = explore(busy, { strategy, seed });
      assert(bug.verdict === "bug");
      assertEquals([strategy, seed, bug.preemptions, bug.minimal], [strategy, seed, 1, true]);
      // One departure takes the other task in the middle, and one comes back.
      assert(parseSchedule(bug.schedule, names(4)).departures.length <= 2, bug.schedule);
      const { smaller } = bug;
      assert(smaller !== undefined);
      assertEquals(smaller.parameters, { tasks: 2, times: 1, seconds: 0.5, name: "a" });
      assertEquals([smaller.preemptions, smaller.steps, smaller.minimal], [1, 6, true]);
      assertEquals(replay(busy, smaller.schedule, { parameters: smaller.parameters }).outcome, 1);
      assertEquals(explore(busy, { strategy, seed }), bug);
    }
  }
});

Deno.test("explore() leaves out departures where there are too many runs to look for the fewest preemptions", () => {
  const parameters = { tasks: 8, times: 20 };
  for (const strategy of ["random", "pct"] as const) {
    const bug = explore(busy, { strategy, parameters, budget: 500, shrink: false });
    assert(bug.verdict === "bug");
    const { departures } = parseSchedule(bug.schedule, names(8));
    assert(departures.length <= 3, `${strategy}: ${departures.length} departures`);
    assertEquals(replay(busy, bug.schedule, { parameters }).finding?.message, bug.message);
  }
});

Deno.test("explore() keeps the kind of the bug where it shrinks", () => {
  // With one task there is another bug, of another kind.
  const two = defineProgram({
    name: "two",
    claim: "An assertion with two tasks, an exception with one.",
    specimens: ["plain"],
    parameters: { tasks: { default: 4, min: 1, max: 8, description: "how many tasks" } },
    shared: () => ({ count: cell() }),
    *outcome() {},
    tasks: ({ parameters: { tasks } }) =>
      Array.from({ length: tasks }, (_, index) => ({
        name: `task ${index}`,
        *run({ count }) {
          const seen = yield* count.add(1);
          if (tasks === 1) throw new TypeError("alone");
          ensure(seen < 1, "it is alone");
        },
      })),
    expected: () => [undefined],
  });
  const bug = explore(two);
  assert(bug.verdict === "bug");
  assertEquals([bug.kind, bug.smaller?.parameters], ["assertion", { tasks: 2 }]);
});

Deno.test("explore() looks for nothing smaller where there is none, or where it is told so", () => {
  const bug = explore(account);
  assert(bug.verdict === "bug" && !("smaller" in bug));
  const other = explore(reorder, { shrink: false });
  assert(other.verdict === "bug" && !("smaller" in other));
});
