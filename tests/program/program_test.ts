import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { explore } from "../../lib/explorer/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { defineProgram, settingsOf } from "../../lib/program/mod.ts";
import type { Steps } from "../../lib/memory/mod.ts";
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

Deno.test("an outcome that is a list of steps is refused with what to write", async () => {
  const program = defineProgram({
    name: "pair",
    claim: "Both are 0.",
    shared: () => ({ a: cell(), b: cell() }),
    tasks: () => [{ name: "only", *run() {} }],
    // @ts-expect-error A list of steps is no steps.
    outcome: ({ a, b }) => [a.load(), b.load()],
    expected: () => [[0, 0]],
  });
  const wanted = /Cannot read the outcome of pair: it gives a list, steps are wanted, such as \*outcome/;
  const result = explore(program);
  assertMatch(result.verdict === "bug" ? result.message : result.verdict, wanted);
  await using host = new Host();
  const message = await host.run(program, { mode: "direct" }).then(String, String);
  assertMatch(message, wanted);
});

Deno.test("explore() refuses a program of another copy of the library, instead of finding bugs that are none", async () => {
  const copy: typeof import("../../lib/program/program.ts") = await import(
    `${import.meta.resolve("../../lib/program/program.ts")}?copy`
  );
  const spec = {
    name: "foreign",
    claim: "Nothing is done.",
    shared: () => ({ a: cell() }),
    tasks: () => [{ name: "only", *run() {} }],
    outcome: ({ a }: { a: { load(): Steps<number> } }) => a.load(),
    expected: () => [0],
  };
  assertEquals(explore(defineProgram(spec)).verdict, "proved");
  assertThrows(() => explore(copy.defineProgram(spec)), TypeError, "another copy of the library defined it");
});
