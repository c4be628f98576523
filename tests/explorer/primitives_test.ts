import { assertEquals } from "@std/assert";
import { explore } from "../../lib/explorer/mod.ts";
import { defineProgram, ensure } from "../../lib/program/mod.ts";
import { cell, type Lock, lock, type LockOptions, semaphore, type Shareable } from "../../lib/sync/mod.ts";
import { runs } from "../contracts/soak.ts";

/** Tasks that count on a plain cell under a lock: what the lock does not order is a race. */
function counting(options: LockOptions, { tasks, times = 1 }: { tasks: number; times?: number }) {
  const guard: Shareable<Lock> = lock(options);
  return defineProgram({
    name: "counting",
    claim: "One at a time.",
    shared: () => ({ guard, count: cell({ order: "plain" }) }),
    tasks: (_settings) =>
      Array.from({ length: tasks }, (_, task) => ({
        name: `task ${task}`,
        *run({ guard, count }) {
          for (let time = 0; time < times; time++) {
            yield* guard.acquire();
            yield* count.store((yield* count.load()) + 1);
            yield* guard.release();
          }
        },
      })),
    outcome: ({ count }) => count.load(),
    expected: () => [tasks * times],
  });
}

for (const options of [{}, { owned: true }, { fair: true }]) {
  const name = JSON.stringify(options);
  Deno.test(`lock(${name}) excludes in every order of the memory operations of two tasks`, () => {
    const { verdict, outcomes } = explore(counting(options, { tasks: 2 }), { granularity: "word", strategy: "dpor" });
    assertEquals([verdict, outcomes.map(({ outcome }) => outcome)], ["proved", [2]]);
  });

  Deno.test(`lock(${name}) excludes three tasks, and two that come twice, as far as the budget goes`, () => {
    for (const program of [counting(options, { tasks: 3 }), counting(options, { tasks: 2, times: 2 })]) {
      for (const strategy of ["bounded", "dpor", "random"] as const) {
        const { verdict } = explore(program, { granularity: "word", strategy, budget: runs(2000) });
        assertEquals([strategy, verdict], [strategy, "not-exhausted"]);
      }
    }
  });
}

Deno.test("Lock.acquire() with a timeout ends in every order, acquired or not, and leaves the lock free", () => {
  const impatient = defineProgram({
    name: "impatient",
    claim: "The lock comes in time, or not.",
    shared: () => ({ guard: lock(), count: cell() }),
    tasks: (_settings) =>
      ["a", "b"].map((name) => ({
        name,
        *run({ guard, count }) {
          if ((yield* guard.acquire({ timeout: 1 })) !== true) return;
          yield* count.add(1);
          yield* guard.release();
        },
      })),
    outcome: function* ({ guard, count }) {
      return { count: yield* count.load(), waiters: (yield* guard.statistics()).waiters };
    },
    expected: () => [{ count: 1, waiters: 0 }, { count: 2, waiters: 0 }],
  });
  const { verdict, outcomes } = explore(impatient, { granularity: "word", strategy: "dpor" });
  assertEquals([verdict, outcomes.length], ["proved", 2]);
});

function holding({ initial, wanted }: { initial: number; wanted: readonly number[] }) {
  return defineProgram({
    name: "holding",
    claim: "Never more holders than permits.",
    shared: () => ({ permits: semaphore(initial), held: cell() }),
    tasks: (_settings) =>
      wanted.map((permits, task) => ({
        name: `task ${task}`,
        *run({ permits: all, held }) {
          using _held = yield* all.hold({ permits });
          ensure((yield* held.add(permits)) + permits <= initial, "the permits suffice");
          yield* held.add(-permits);
        },
      })),
    outcome: ({ permits }) => permits.statistics(),
    expected: () => [{ permits: initial, waiters: 0 }],
  });
}

Deno.test("Semaphore.hold() keeps to its permits in every order of the memory operations of two tasks", () => {
  for (const [initial, wanted] of [[1, [1, 1]], [3, [2, 2]], [2, [1, 2]]] as const) {
    const { verdict } = explore(holding({ initial, wanted }), { granularity: "word", strategy: "dpor" });
    assertEquals(verdict, "proved");
  }
});

Deno.test("Semaphore.hold() keeps to its permits with three tasks, as far as the budget goes", () => {
  for (const strategy of ["bounded", "dpor", "random"] as const) {
    const program = holding({ initial: 2, wanted: [1, 2, 1] });
    const { verdict } = explore(program, { granularity: "word", strategy, budget: runs(2000) });
    assertEquals([strategy, verdict], [strategy, "not-exhausted"]);
  }
});
