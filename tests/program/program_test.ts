import { assertEquals } from "@std/assert";
import { defineProgram, settingsOf } from "../../lib/program/mod.ts";
import { cell, lock } from "../../lib/sync/mod.ts";

Deno.test("defineProgram() tells tasks and outcome the types of what is shared, in each natural form", () => {
  const literal = defineProgram({
    name: "literal",
    claim: "Tasks are a list.",
    shared: () => ({ guard: lock(), count: cell() }),
    tasks: () => [{
      name: "only",
      *run({ guard, count }) {
        using _held = yield* guard.lock();
        // @ts-expect-error A cell of 32 bits holds a number.
        yield* count.store("one");
      },
    }],
    *outcome({ count }) {
      return (yield* count.load()).toFixed(0);
    },
    invariant: ({ guard }) => guard.locked(),
    expected: () => ["1"],
  });
  const mapped = defineProgram({
    name: "mapped",
    claim: "Tasks are made of the settings, and stand before the outcome.",
    parameters: { tasks: { default: 2, min: 1, description: "how many" } },
    shared: ({ parameters: { tasks } }) => ({ guard: lock(), count: cell({ initial: tasks }) }),
    tasks: ({ parameters: { tasks } }) =>
      Array.from({ length: tasks }, (_, index) => ({
        name: `task${index}`,
        *run({ guard, count }) {
          using _held = yield* guard.lock();
          // @ts-expect-error It has no such thing.
          yield* count.missing();
        },
      })),
    outcome: ({ count }) => count.load(),
    expected: () => [1],
  });
  const named = defineProgram({
    name: "named",
    claim: "Tasks have names.",
    shared: () => ({ guard: lock() }),
    tasks: (_settings) =>
      ["ann", "bob"].map((name) => ({
        name,
        *run({ guard }) {
          using held = yield* guard.lock();
          if (held.ownerDied !== undefined) yield* held.markConsistent();
        },
      })),
    outcome: ({ guard }) => guard.locked(),
    expected: () => [false],
  });
  const names = [
    literal.tasks(settingsOf(literal)),
    mapped.tasks(settingsOf(mapped)),
    named.tasks(settingsOf(named)),
  ].map((tasks) => tasks.map(({ name }) => name));
  assertEquals(names, [["only"], ["task0", "task1"], ["ann", "bob"]]);
});
