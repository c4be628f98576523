import { assertEquals } from "@std/assert";
import { explore } from "../../lib/explorer/mod.ts";
import { channel, future, queue } from "../../lib/mailbox/mod.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import { type AnyProgram, defineProgram, ensure } from "../../lib/program/mod.ts";
import {
  barrier,
  cell,
  condition,
  event,
  latch,
  type Lock,
  lock,
  type LockOptions,
  once,
  rlock,
  rwlock,
  semaphore,
  type Shareable,
  type Shareables,
  type Shared,
  waitGroup,
} from "../../lib/sync/mod.ts";
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

const BUDGET = 70_000;

/** One program of two tasks on shared things that are all new. */
function pair<S extends Shareables>(
  shared: () => S,
  bodies: readonly ((things: Shared<S>) => Steps<unknown>)[],
  expected: readonly unknown[] = [undefined],
): AnyProgram {
  return defineProgram({
    name: "pair",
    claim: "Two tasks come to what is expected, in every order.",
    shared,
    // deno-lint-ignore require-yield
    *outcome(_shared, { results }): Steps<unknown> {
      return results;
    },
    tasks: (_settings) => bodies.map((run, task) => ({ name: `task ${task}`, run })),
    expected: () => expected as (readonly unknown[])[],
  });
}

/** How a task gets in and out. */
function* inside(count: PlainCell, enter: Steps<unknown>, leave: () => Steps<unknown>): Steps<void> {
  yield* enter;
  yield* count.store((yield* count.load()) + 1);
  yield* leave();
}

type PlainCell = Shared<{ count: ReturnType<typeof plain> }>["count"];

const plain = () => cell({ order: "plain" });
const both = [undefined, undefined];

function changing() {
  const guard = lock({ owned: true });
  return { changed: condition({ lock: guard }), guard, ready: plain() };
}

const pairs: Readonly<Record<string, () => AnyProgram>> = {
  "RLock excludes, however often its owner takes it": () =>
    pair(() => ({ guard: rlock(), count: plain() }), [
      function* ({ guard, count }) {
        yield* guard.acquire();
        yield* inside(count, guard.acquire(), () => guard.release());
        yield* guard.release();
      },
      ({ guard, count }) => inside(count, guard.acquire(), () => guard.release()),
    ], [both]),
  "RWLock excludes a reader and a writer": () =>
    pair(() => ({ book: rwlock(), count: plain() }), [
      function* ({ book, count }) {
        yield* book.acquireRead();
        const seen = yield* count.load();
        yield* book.releaseRead();
        return seen;
      },
      ({ book, count }) => inside(count, book.acquireWrite(), () => book.releaseWrite()),
    ], [[0, undefined], [1, undefined]]),
  "RWLock excludes two writers": () =>
    pair(
      () => ({ book: rwlock(), count: plain() }),
      [0, 1].map(() => ({ book, count }) => {
        return inside(count, book.acquireWrite(), () => book.releaseWrite());
      }),
      [both],
    ),
  "Condition.waitFor() sees what comes with a notify": () =>
    pair(changing, [
      function* ({ changed, ready }) {
        using _held = yield* changed.lock.lock();
        return yield* changed.waitFor(function* () {
          return (yield* ready.load()) === 1;
        });
      },
      function* ({ changed, ready }) {
        using _held = yield* changed.lock.lock();
        yield* ready.store(1);
        yield* changed.notify();
      },
    ], [[true, undefined]]),
  "Event.set() comes before whatever its waiter does": () =>
    pair(() => ({ start: event(), value: plain() }), [
      function* ({ start, value }) {
        yield* start.wait();
        return yield* value.load();
      },
      function* ({ start, value }) {
        yield* value.store(7);
        yield* start.set();
      },
    ], [[7, undefined]]),
  "Barrier.wait() lets two go together, and gives each a place": () =>
    pair(() => ({ line: barrier(2), a: plain(), b: plain() }), [
      function* ({ line, a, b }) {
        yield* a.store(1);
        yield* line.wait();
        return yield* b.load();
      },
      function* ({ line, a, b }) {
        yield* b.store(2);
        yield* line.wait();
        return yield* a.load();
      },
    ], [[2, 1]]),
  "Latch.countDown() comes before whatever its waiter does": () =>
    pair(() => ({ open: latch(1), value: plain() }), [
      function* ({ open, value }) {
        yield* open.wait();
        return yield* value.load();
      },
      function* ({ open, value }) {
        yield* value.store(7);
        yield* open.countDown();
      },
    ], [[7, undefined]]),
  "WaitGroup.wait() ends when all that was added is done": () =>
    pair(
      () => ({ group: waitGroup() }),
      [0, 1].map(() =>
        function* ({ group }) {
          yield* group.add(1);
          yield* group.done();
          return yield* group.wait();
        }
      ),
      [[true, true]],
    ),
  "Once.run() runs its body once, before whoever else goes on": () =>
    pair(
      () => ({ first: once(), count: plain() }),
      [0, 1].map(() =>
        function* ({ first, count }) {
          yield* first.run(function* () {
            yield* count.store((yield* count.load()) + 1);
          });
          return yield* count.load();
        }
      ),
      [[1, 1]],
    ),
  "Queue gives what was put": () =>
    pair(() => ({ items: queue<number>({ maxsize: 1 }) }), [
      ({ items }) => items.put(5),
      ({ items }) => items.get(),
    ], [[undefined, 5]]),
  "Channel gives what was put": () =>
    pair(() => ({ items: channel<number>({ capacity: 1 }) }), [
      ({ items }) => items.put(5),
      ({ items }) => items.take(),
    ], [[undefined, 5]]),
  "Channel of a rendezvous gives what was put": () =>
    pair(() => ({ items: channel<number>() }), [
      ({ items }) => items.put(5),
      ({ items }) => items.take(),
    ], [[undefined, 5]]),
  "Future gives what was put": () =>
    pair(() => ({ result: future<number>() }), [
      ({ result }) => result.put(5),
      ({ result }) => result.fetch(),
    ], [[undefined, 5]]),
};

for (const [name, program] of Object.entries(pairs)) {
  Deno.test(`${name}, in every order of the memory operations of two tasks`, () => {
    // A wait of a condition is a queue, a lock's release and its acquire: too many orders to run them all.
    const isTooLarge = name.startsWith("Condition");
    const budget = isTooLarge ? runs(5000) : BUDGET;
    const result = explore(program(), { granularity: "word", strategy: "dpor", budget });
    if (result.verdict === "bug") throw new Error(`${result.kind}: ${result.message} (${result.schedule})`);
    assertEquals(result.verdict, isTooLarge ? "not-exhausted" : "proved");
  });
}

Deno.test("no primitive fails where it is explored by chance, by priorities or with few preemptions", () => {
  for (const [name, program] of Object.entries(pairs)) {
    for (const strategy of ["bounded", "random", "pct"] as const) {
      const result = explore(program(), { granularity: "word", strategy, budget: runs(300) });
      if (result.verdict === "bug") throw new Error(`${name}: ${result.kind}: ${result.message} (${result.schedule})`);
    }
  }
});
