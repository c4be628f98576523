import { assert, assertEquals, assertMatch } from "@std/assert";
import { explore } from "../../lib/explorer/mod.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import { channel, future, queue } from "../../lib/mailbox/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";
import { cell, latch, lock, rlock, rwlock, type Semaphore, semaphore } from "../../lib/sync/mod.ts";
import { allOutcomesOf, outcomesOf, some } from "./all_outcomes.ts";

const GRANULARITIES = ["operation", "word"] as const;

Deno.test("explore() looks at the invariant before the first action", () => {
  const program = (acts: boolean) =>
    defineProgram({
      name: "too-early",
      claim: "x is 1 from the start.",
      shared: () => ({ x: cell() }),
      tasks: () => [{
        name: "a",
        *run({ x }) {
          if (acts) yield* x.store(1);
        },
      }],
      outcome: function* () {},
      expected: () => () => true,
      *invariant({ x }) {
        return (yield* x.load()) === 1;
      },
    });
  for (const granularity of GRANULARITIES) {
    for (const acts of [false, true]) {
      const result = explore(program(acts), { granularity });
      assert(result.verdict === "bug" && result.kind === "assertion", `${granularity} ${acts}: ${result.verdict}`);
    }
  }
});

const closing = defineProgram({
  name: "closing",
  claim: "A channel that is bound to a task closes after the end of the task.",
  shared: () => ({ c: channel<number>({ capacity: 1 }), flag: cell() }),
  tasks: () => [
    {
      name: "bound",
      *run({ c, flag }) {
        yield* c.bind();
        yield* flag.store(1);
      },
    },
    {
      name: "looking",
      *run({ c, flag }) {
        return (yield* flag.load()) === 1 ? yield* c.isClosed() : null;
      },
    },
  ],
  *outcome(_shared, { results }) {
    return results[1];
  },
  expected: () => () => true,
});

Deno.test("explore() lets others act between the last action of a task and what is told of its end", () => {
  assertEquals(allOutcomesOf(closing), [false, null, true]);
});

Deno.test("explore() tells of the end of a task at word granularity, too", () => {
  const reading = defineProgram({
    name: "reading",
    claim: "A loop over a channel ends when the task that it is bound to has ended.",
    *outcome(_shared, { results }) {
      return results[1];
    },
    expected: () => () => true,
    shared: () => ({ c: channel<number>({ capacity: 1 }) }),
    tasks: () => [
      {
        name: "writer",
        *run({ c }) {
          yield* c.bind();
          yield* c.put(1);
        },
      },
      {
        name: "reader",
        *run({ c }) {
          let sum = 0;
          for (let next = yield* c.next(); next !== undefined; next = yield* c.next()) sum += next.value;
          return sum;
        },
      },
    ],
  });
  const result = explore(reading, { granularity: "word", budget: 2000 });
  assertEquals(result.verdict, "not-exhausted");
  assertEquals(result.outcomes.map(({ outcome }) => outcome), [1]);
});

Deno.test("explore() lets others act between the parts of a batch", () => {
  const batch = some(
    "batch",
    () => ({ q: queue<number>({ maxsize: 1 }) }),
    function* ({ q }) {
      const taken = yield* q.takeUpTo(2);
      if (taken.length < 2) yield* q.get();
      return taken.length;
    },
    ({ q }) => q.putAll([1, 2]),
  );
  assertEquals(outcomesOf(batch), [1, 2]);
  assertEquals(outcomesOf(batch, { strategy: "depth-first" }), [1, 2]);
});

Deno.test("explore() has no call wait unseen where a task asks who waits", () => {
  const things = { lock: lock(), owned: lock({ owned: true }), rlock: rlock() };
  for (const [name, guard] of Object.entries(things)) {
    const watched = some(
      name,
      () => ({ guard }),
      function* ({ guard }) {
        yield* guard.acquire();
        const { waiters } = yield* guard.statistics();
        yield* guard.release();
        return waiters;
      },
      function* ({ guard }) {
        yield* guard.acquire();
        yield* guard.release();
      },
    );
    assertEquals(outcomesOf(watched), [0, 1], name);
    const seen = explore(watched, { granularity: "word", budget: 3000, keepGoing: true }).outcomes;
    assertEquals(seen.map(({ outcome }) => outcome), [0, 1], name);
  }
  const opening = some(
    "latch",
    () => ({ gate: latch(1) }),
    function* ({ gate }) {
      const { waiters } = yield* gate.statistics();
      yield* gate.countDown();
      return waiters;
    },
    ({ gate }) => gate.wait(),
  );
  assertEquals(allOutcomesOf(opening), [0, 1]);
});

Deno.test("explore() knows that what a thing says of itself is so at one moment", () => {
  function* looks({ s }: { readonly s: Semaphore }): Steps<unknown> {
    const { permits, waiters } = yield* s.statistics();
    yield* s.release();
    return [permits, waiters];
  }
  const looking = some("looking", () => ({ s: semaphore(1) }), looks, ({ s }) => s.acquire({ permits: 2 }));
  const taking = some("taking", () => ({ s: semaphore(1) }), looks, function* ({ s }) {
    yield* s.acquire();
    yield* s.acquire();
  });
  const nesting = some("nesting", () => ({ guard: rlock() }), ({ guard }) => guard.statistics(), function* ({ guard }) {
    yield* guard.acquire();
    yield* guard.acquire();
    yield* guard.release();
    yield* guard.release();
  });
  assertEquals(allOutcomesOf(looking), [[1, 0], [1, 1]]);
  // There is never one permit and one waiter at once, who wants one.
  assertEquals(allOutcomesOf(taking), [[0, 0], [0, 1], [1, 0]]);
  assertEquals(allOutcomesOf(nesting), [
    { depth: 0, owner: undefined, waiters: 0 },
    { depth: 1, owner: 1, waiters: 0 },
    { depth: 2, owner: 1, waiters: 0 },
  ]);
});

Deno.test("explore() tells apart all that tasks can return, as every mode hands it on", () => {
  const returning = (make: (value: number) => unknown, read: (result: unknown) => unknown) =>
    defineProgram({
      name: "returning",
      claim: "What is returned is read.",
      shared: () => ({ x: cell() }),
      tasks: () => [
        {
          name: "a",
          *run({ x }) {
            return make(yield* x.load());
          },
        },
        { name: "b", run: ({ x }) => x.store(1) },
      ],
      *outcome(_shared, { results: [result] }) {
        return read(result);
      },
      expected: () => () => true,
    });
  // What is read is what was made.
  const of = <T>(make: (value: number) => T, read: (made: T) => unknown) =>
    [make, (result: unknown) => read(result as T)] as const;
  const rich = [
    of((value) => new Map([["key", value]]), (map) => map.get("key")),
    of((value) => new Set([value]), (set) => [...set][0]),
    of((value) => new Error(`${value}`), ({ message }) => Number(message)),
    of((value) => [value === 0 ? null : undefined], ([item]) => item === undefined ? 1 : 0),
    of((value) => new Uint8Array([value]).buffer, (buffer) => new Uint8Array(buffer)[0]),
    // Who reads it may change it.
    of((value) => [value], (list) => list.pop()),
  ];
  for (const [make, read] of rich) {
    assertEquals(allOutcomesOf(returning(make, read)), [0, 1]);
    // As an outcome of its own what JSON holds alike counts as one.
    if (JSON.stringify(make(0)) !== "[null]") {
      assertEquals(allOutcomesOf(returning(make, (result) => result)).map(read).sort(), [0, 1]);
    }
  }
  const [failed] = allOutcomesOf(returning(() => () => 1, () => "read"));
  assertMatch(JSON.stringify(failed), /"error":"UncloneableError"/);
});

Deno.test("explore() tells others of what was thrown as every mode does, whatever that is", () => {
  for (
    const [thrown, text] of [
      ["text", "thrown value: text"],
      [Object.create(null), "thrown value: (an object without a text)"],
      [new RangeError("out"), "RangeError: out"],
    ]
  ) {
    const telling = defineProgram({
      name: "telling",
      claim: "A future tells why it has no value.",
      shared: () => ({ answer: future<number>() }),
      tasks: () => [
        {
          name: "bound",
          *run({ answer }) {
            yield* answer.bind();
            throw thrown;
          },
        },
        { name: "taker", run: ({ answer }) => answer.fetch() },
      ],
      *outcome() {},
      expected: () => () => true,
    });
    const { outcomes } = explore(telling, { keepGoing: true });
    assert(JSON.stringify(outcomes).includes(`${text}"`), `${text} in ${JSON.stringify(outcomes)}`);
  }
});

Deno.test("explore() reads an invariant only where nobody is in a monitor that it enters", () => {
  const program = (most: number) =>
    defineProgram({
      name: "counted",
      claim: "The permits and those who hold them are always as many.",
      shared: () => ({ permits: semaphore(1) }),
      tasks: (_settings) =>
        ["a", "b"].map((name) => ({
          name,
          *run({ permits }) {
            yield* permits.acquire();
            yield* permits.release();
          },
        })),
      *invariant({ permits }) {
        return (yield* permits.statistics()).permits <= most;
      },
      outcome: ({ permits }) => permits.statistics(),
      expected: () => [{ permits: 1, waiters: 0 }],
    });
  for (const granularity of GRANULARITIES) {
    assertEquals(explore(program(1), { granularity, strategy: "dpor" }).verdict, "proved", granularity);
    assertEquals(explore(program(0), { granularity }).verdict, "bug", granularity);
  }
});

Deno.test("explore() names the writer whom a reader waits behind that reads already", () => {
  const nested = defineProgram({
    name: "nested",
    claim: "Who reads may not read once more, where a writer waits.",
    shared: () => ({ guard: rwlock() }),
    outcome: function* () {},
    tasks: (_settings) => [
      {
        name: "reader",
        *run({ guard }) {
          yield* guard.acquireRead();
          yield* guard.acquireRead();
          yield* guard.releaseRead();
          yield* guard.releaseRead();
        },
      },
      {
        name: "writer",
        *run({ guard }) {
          yield* guard.acquireWrite();
          yield* guard.releaseWrite();
        },
      },
    ],
    expected: () => () => true,
  });
  for (const granularity of GRANULARITIES) {
    const bug = explore(nested, { granularity });
    assert(bug.verdict === "bug");
    assertEquals([bug.kind, bug.preemptions], ["deadlock", 1]);
    assertMatch(
      bug.message,
      /reader waits for guard \(acquireRead\), which it holds, behind writer; task writer waits/,
    );
  }
});

Deno.test("explore() throws what a release throws where the guard is disposed of", () => {
  const returning = some(
    "returning",
    () => ({ guard: lock(), other: lock(), x: cell() }),
    function* ({ guard, other, x }) {
      const told: string[] = [];
      try {
        using _first = yield* guard.lock();
        using _second = yield* other.lock();
        yield* guard.release();
        if ((yield* x.load()) === 1) yield* other.release();
      } catch (error) {
        for (let one = error; one !== undefined; one = one instanceof SuppressedError ? one.suppressed : undefined) {
          told.push(one instanceof SuppressedError ? one.error.name : (one as Error).name);
        }
      }
      yield* x.load();
      return told;
    },
    ({ x }) => x.store(1),
  );
  assertEquals(allOutcomesOf(returning), [["StateError", "StateError"], ["StateError"]]);
});
