import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Layout, load, ModelMemory, notify, now, sleep, type Steps, store, wait } from "../../lib/memory/mod.ts";
import { type CooperativeOptions, type CooperativeTask, runCooperative } from "../../lib/program/mod.ts";

function open() {
  const layout = new Layout();
  const [word, other] = [layout.word("counter"), layout.word("other")];
  return { memory: new ModelMemory(layout), word, other };
}

function named<T>(...steps: Steps<T>[]): CooperativeTask<T>[] {
  return steps.map((steps, at) => ({ name: `task ${at}`, steps }));
}

/** An increment that is no single operation. */
function* increment(word: number): Steps<void> {
  yield* store(word, 1 + (yield* load(word)));
}

function incrementTwice(options: CooperativeOptions): number {
  const { memory, word } = open();
  const result = runCooperative(memory, named(increment(word), increment(word)), options);
  assertEquals(result.kind, "finished");
  return Number(memory.perform({ kind: "load", cell: "i32", word, order: "atomic" }));
}

Deno.test("runCooperative() switches only where a task blocks", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    assertEquals([incrementTwice({}), incrementTwice({ seed })], [2, 2]);
  }));
});

Deno.test("runCooperative() reaches every interleaving of operations", () => {
  const seen = (options: (seed: number) => CooperativeOptions) =>
    new Set(Array.from({ length: 50 }, (_, seed) => incrementTwice(options(seed))));
  assertEquals(seen((seed) => ({ seed, switchAt: "operation" })), new Set([1, 2]));
  // Always the longest ready: strictly in turn, so both load before either stores.
  assertEquals(incrementTwice({ switchAt: "operation" }), 1);
  // Always the one that was ready last: one after the other.
  assertEquals(incrementTwice({ switchAt: "operation", pick: (n) => n - 1 }), 2);
});

Deno.test("runCooperative() lets ready tasks go on first in, first out", () => {
  const { memory, word } = open();
  const order: number[] = [];
  function* waiter(id: number): Steps<void> {
    yield* wait(word, 0);
    order.push(id);
  }
  function* waker(): Steps<void> {
    yield* notify(word, 2);
    order.push(-1);
    yield* notify(word, 2);
  }
  runCooperative(memory, named(waiter(0), waiter(1), waiter(2), waker()));
  assertEquals(order, [-1, 0, 1, 2]);
});

Deno.test("runCooperative() gives the same run for the same seed", () => {
  function trace(seed: number): number[] {
    const { memory, word } = open();
    const order: number[] = [];
    function* task(id: number): Steps<void> {
      for (let round = 0; round < 5; round++) {
        yield* load(word);
        order.push(id);
      }
    }
    runCooperative(memory, named(task(0), task(1), task(2)), { seed, switchAt: "operation" });
    return order;
  }
  fc.assert(fc.property(fc.integer(), (seed) => assertEquals(trace(seed), trace(seed))));
  assert(new Set(Array.from({ length: 20 }, (_, seed) => trace(seed).join())).size > 10);
});

Deno.test("runCooperative() advances the clock only when nobody is ready", () => {
  const { memory, word } = open();
  function* sleeper(): Steps<number> {
    yield* sleep(100);
    return yield* now();
  }
  function* waiter(): Steps<number> {
    assertEquals(yield* wait(word, 0, { deadline: 40 }), "timed-out");
    yield* store(word, 1);
    return yield* now();
  }
  function* worker(): Steps<number> {
    for (let round = 0; round < 50; round++) yield* load(word);
    return yield* now();
  }
  const result = runCooperative(memory, named(sleeper(), waiter(), worker()), { switchAt: "operation" });
  assertEquals(result.outcomes.map((outcome) => outcome.kind === "returned" && outcome.value), [100, 40, 0]);
});

Deno.test("runCooperative() reports a deadlock: who waits, and on which word", () => {
  const { memory, word, other } = open();
  const result = runCooperative<unknown>(memory, [
    { name: "left", steps: wait(word, 0) },
    { name: "middle", steps: store(word, 0) },
    { name: "right", steps: wait(other, 0) },
  ]);
  assert(result.kind === "deadlock");
  assertEquals(result.waiting, [
    { task: 0, name: "left", call: undefined, until: Infinity, on: "counter", word },
    { task: 2, name: "right", call: undefined, until: Infinity, on: "other", word: other },
  ]);
  assertEquals(result.outcomes.map(({ kind }) => kind), ["waiting", "returned", "waiting"]);
});

Deno.test("runCooperative() keeps what a task throws as its outcome, and the others go on", () => {
  const { memory, word } = open();
  function* failing(): Steps<number> {
    yield* load(word);
    throw new RangeError("mine");
  }
  function* undoing(): Steps<number> {
    try {
      return yield* load(99);
    } finally {
      yield* store(word, 8);
    }
  }
  for (const switchAt of ["blocked", "operation"] as const) {
    const { outcomes } = runCooperative(memory, named(failing(), undoing(), load(word)), { switchAt });
    assertEquals(outcomes.map(({ kind }) => kind), ["threw", "threw", "returned"]);
    const [first] = outcomes;
    assert(first?.kind === "threw" && first.error instanceof RangeError);
    assertEquals(memory.perform({ kind: "load", cell: "i32", word, order: "atomic" }), 8);
  }
});
