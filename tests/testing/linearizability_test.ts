import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  assertLinearizable,
  checkLinearizable,
  type HistoryCall,
  partsOf,
  returnedValue,
  sequentialChannel,
  sequentialEvent,
  sequentialLatch,
  sequentialLock,
  sequentialPriorityQueue,
  sequentialQueue,
  sequentialRegister,
  sequentialRendezvous,
  sequentialRLock,
  sequentialRWLock,
  sequentialSemaphore,
  type SequentialSpecification,
  sequentialStack,
} from "../../lib/testing/mod.ts";
import { runs } from "../contracts/soak.ts";
import { hasLegalOrder, history, isLegal, overlapped, sequentialRun, tangled } from "./histories.ts";

const subjects: Readonly<Record<string, { make: () => SequentialSpecification; methods: readonly string[] }>> = {
  register: {
    make: () => sequentialRegister({ cell: "i32" }),
    methods: ["load", "store", "add", "exchange", "compareExchange"],
  },
  lock: { make: () => sequentialLock({ owned: true }), methods: ["acquire", "tryAcquire", "release", "locked"] },
  semaphore: { make: () => sequentialSemaphore(2, { bounded: true }), methods: ["acquire", "tryAcquire", "release"] },
  queue: { make: () => sequentialQueue({ maxsize: 3 }), methods: ["put", "tryPut", "get", "tryGet", "size"] },
  stack: { make: () => sequentialStack({ maxsize: 3 }), methods: ["put", "tryPut", "get", "tryGet", "size"] },
  priorityQueue: {
    make: () => sequentialPriorityQueue({ maxsize: 3 }),
    methods: ["put", "tryPut", "get", "tryGet", "size"],
  },
  stablePriorityQueue: {
    make: () => sequentialPriorityQueue({ maxsize: 3, compare: (a, b) => Number(a) % 2 - Number(b) % 2, stable: true }),
    methods: ["put", "tryPut", "get", "tryGet", "size"],
  },
  rlock: {
    make: () => sequentialRLock(),
    methods: ["acquire", "tryAcquire", "acquire", "release", "locked", "died", "markConsistent"],
  },
  rwlock: {
    make: () => sequentialRWLock(),
    methods: [
      "acquireRead",
      "tryAcquireRead",
      "releaseRead",
      "acquireWrite",
      "tryAcquireWrite",
      "releaseWrite",
      "died",
    ],
  },
  event: { make: () => sequentialEvent(), methods: ["set", "clear", "isSet", "wait", "tryWait"] },
  latch: { make: () => sequentialLatch(2), methods: ["countDown", "wait", "tryWait"] },
  channel: {
    make: () => sequentialChannel({ capacity: 2 }),
    methods: ["put", "tryPut", "take", "tryTake", "put", "take", "fetch", "tryFetch", "isReady", "isClosed"],
  },
};

Deno.test("checkLinearizable() knows the queue histories of Herlihy and Wing", () => {
  // Their figure 1: (a) and (c) are linearizable, (b) and (d) are not.
  const queue = { q: sequentialQueue() };
  const a = history("q", `A put x 1 4; B put y 2 3; B get 5 6 = x; A get 7 8 = y; A put z 9 10`);
  const b = history("q", `A put x 1 2; B put y 3 5; A get 4 6 = y`);
  const c = history("q", `A put x 1 6; B get 2 4 = x`);
  const d = history("q", `A put x 1 4; B put y 2 3; A get 5 7 = y; B get 6 8 = y`);
  assertEquals([a, b, c, d].map((calls) => checkLinearizable(calls, queue).linearizable), [true, false, true, false]);
});

Deno.test("checkLinearizable() knows the register histories of Herlihy and Wing", () => {
  // Their figure 2: in (a) a read overlaps both writes and later ones agree; in (b) an older value comes back.
  const x = { x: sequentialRegister() };
  const a = history("x", `A store 0 1 2; B store 1 3 8; A load 4 5 = 1; C load 6 7 = 1; C load 9 10 = 1`);
  const b = history("x", `A store 0 1 2; B store 1 3 8; A load 4 5 = 1; C load 6 7 = 0`);
  assert(checkLinearizable(a, x).linearizable);
  assertFalse(checkLinearizable(b, x).linearizable);
});

Deno.test("checkLinearizable() refuses what is sequentially consistent but out of real time", () => {
  assertFalse(
    checkLinearizable(history("x", `A store 1 1 2; B load 3 4 = 0`), { x: sequentialRegister() }).linearizable,
  );
  const twice = history("x", `A store 1 1 4; B add 1 2 5 = 0; C load 6 7 = 1`);
  assert(checkLinearizable(twice, { x: sequentialRegister() }).linearizable);
  const lost = history("x", `A add 1 1 3 = 0; B add 1 2 4 = 0`);
  assertFalse(checkLinearizable(lost, { x: sequentialRegister() }).linearizable);
});

Deno.test("checkLinearizable() lets a pending call take effect late or never", () => {
  const q = { q: sequentialQueue() };
  assert(checkLinearizable(history("q", `A put x 1; B get 2 3 = x`), q).linearizable);
  assert(checkLinearizable(history("q", `A put x 1; B tryGet 2 3 = undefined; B get 4 5 = x`), q).linearizable);
  assert(checkLinearizable(history("q", `A put x 1; B tryGet 2 3 = undefined`), q).linearizable);
  assert(checkLinearizable(history("q", `A put x 1 2; B get 3; A tryGet 4 5 = undefined`), q).linearizable);
  assertFalse(checkLinearizable(history("q", `B get 1 2 = x; A put x 3`), q).linearizable);
  assertFalse(checkLinearizable(history("q", `A put x 1; B get 2 3 = x; B get 4 5 = x`), q).linearizable);
  const order = checkLinearizable(history("q", `A put x 1; C put y 2; B get 3 4 = y`), q);
  assert(order.linearizable);
  assertEquals(order.order.map(({ method, task }) => `${task}.${method}`), ["C.put", "B.get"]);
});

Deno.test("checkLinearizable() checks each object by itself and orders all calls together", () => {
  const calls = [
    ...history("p", `A put x 1 6; B get 8 9 = x`),
    ...history("q", `B put y 2 3; A get 7 10 = y; B tryGet 4 5 = undefined`),
  ];
  const specifications = { p: sequentialQueue(), q: sequentialQueue() };
  // A takes y only after B saw nothing: q fails, p does not.
  const verdict = checkLinearizable(calls, specifications);
  assert(!verdict.linearizable);
  assertEquals(verdict.object, "q");
  assertEquals(verdict.prefix.map(({ method }) => method), ["put"]);
  assertEquals(verdict.stuck.map(({ method }) => method), ["tryGet"]);
  const rest = checkLinearizable(calls.filter(({ method }) => method !== "tryGet"), specifications);
  assert(rest.linearizable);
  assert(isLegal(rest.order, specifications));
});

Deno.test("checkLinearizable() gives the longest prefix up to a return, and what is stuck there", () => {
  const calls = history("q", `A put x 1 4; B put y 2 3; A get 5 6 = y; B put z 7 12; A get 8 9 = z; A get 10 11 = x`);
  const verdict = checkLinearizable(calls, { q: sequentialQueue() });
  assert(!verdict.linearizable);
  assertEquals(verdict.prefix, [calls[1]!, calls[0]!, calls[2]!]);
  assertEquals(verdict.stuck, [calls[4]!, calls[3]!]);
});

Deno.test("assertLinearizable() throws with a picture of the calls and the verdict", () => {
  const calls = history("q", `A put x 1 4; B put y 2 3; A get 5 7 = y; B get 6 8 = y`);
  const error = assertThrows(() => assertLinearizable(calls, { q: sequentialQueue() }), Error);
  assertStringIncludes(error.message, `The calls on q are not linearizable: no order explains get() -> "y" of task B`);
  assertStringIncludes(error.message, `A  [put("x")---] [get() -> "y"]\nB    [put("y")]    [!get() -> "y"]`);
  assertEquals((error.cause as { stuck: unknown }).stuck, [calls[3]]);
  assertLinearizable(calls.slice(0, 3), { q: sequentialQueue() });
});

Deno.test("checkLinearizable() refuses what it cannot check", () => {
  const calls = history("q", `A put x 1 2`);
  const one = calls[0]!;
  assertThrows(() => checkLinearizable(calls, {}), RangeError, "q: it has no specification");
  assertThrows(() => checkLinearizable(calls, { q: sequentialLock() }), RangeError, "Cannot check q.put()");
  assertThrows(
    () => checkLinearizable([{ ...one, end: 1 }], { q: sequentialQueue() }),
    RangeError,
    "from ticket 1 to 1",
  );
  assertThrows(() => checkLinearizable([{ ...one, begin: NaN }], { q: sequentialQueue() }), RangeError, "NaN");
  const hard = history("q", `A put x 1 4; B put y 2 3`);
  assertThrows(() => checkLinearizable(hard, { q: sequentialQueue() }, { limit: 1 }), RangeError, "1 configurations");
  assertEquals(checkLinearizable([], {}), { linearizable: true, order: [] });
});

Deno.test("checkLinearizable() takes a specification of the user, with choices", () => {
  // A bag: get takes any item.
  const bag: SequentialSpecification<readonly unknown[]> = {
    initial: [],
    step(items, call) {
      if (call.method === "put") return [[...items, call.args[0]].sort()];
      return items.flatMap((item, index) => returnedValue(call, item) ? [items.toSpliced(index, 1)] : []);
    },
  };
  assert(
    checkLinearizable(history("b", `A put x 1 2; A put y 3 4; B get 5 6 = y; B get 7 8 = x`), { b: bag }).linearizable,
  );
  // The pending get may have taken either item.
  const pending = history("b", `A put x 1 2; A put y 3 4; C get 5; B get 6 7 = y; A put x 8 9; B get 10 11 = x`);
  assert(checkLinearizable(pending, { b: bag }).linearizable);
  assertFalse(checkLinearizable(history("b", `A put x 1 2; B get 3 4 = x; B get 5 6 = x`), { b: bag }).linearizable);
});

Deno.test("sequentialLock() and sequentialSemaphore() refuse where they say so", () => {
  const g = (options = {}) => ({ g: sequentialLock(options) });
  assertFalse(checkLinearizable(history("g", `A tryAcquire 1 2 = false`), g()).linearizable);
  assert(checkLinearizable(history("g", `A tryAcquire 1 2 = false`), g({ mayRefuse: true })).linearizable);
  const passed = history("g", `A acquire 1 2 = true; B release 3 4; B release 5 6 ! RangeError`);
  assert(checkLinearizable(passed, g()).linearizable);
  assertFalse(checkLinearizable(passed, g({ owned: true })).linearizable);
  const s = { s: sequentialSemaphore(3) };
  assert(checkLinearizable(history("s", `A acquire 2 1 2; B tryAcquire 2 3 4 = false; B acquire 5 6`), s).linearizable);
  assertFalse(checkLinearizable(history("s", `A acquire 2 1 2; B acquire 2 3 4`), s).linearizable);
});

Deno.test("sequentialPriorityQueue() gives a least item, sequentialStack() the last, both only what they have", () => {
  const puts = `A put 2 1 2; A put 1 3 4; A put 3 5 6`;
  const taken = (specification: SequentialSpecification, ...items: number[]) => {
    const gets = items.map((item, index) => `B get ${7 + 2 * index} ${8 + 2 * index} = ${item}`);
    return checkLinearizable(history("o", [puts, ...gets].join(";")), { o: specification }).linearizable;
  };
  const orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
  const legal = (make: () => SequentialSpecification) => orders.filter((order) => taken(make(), ...order));
  assertEquals(legal(sequentialPriorityQueue), [[1, 2, 3]]);
  assertEquals(legal(() => sequentialPriorityQueue({ compare: (a, b) => Number(b) - Number(a) })), [[3, 2, 1]]);
  assertEquals(legal(() => sequentialPriorityQueue({ compare: () => 0 })), orders);
  assertEquals(legal(sequentialStack), [[3, 1, 2]]);
  assertEquals(legal(sequentialQueue), [[2, 1, 3]]);
});

Deno.test("sequentialLock(), sequentialRLock() and sequentialRWLock() hand on what the dead held, with a word", () => {
  const heir = (method: string) => ({ task: "B", object: "g", method, args: [], begin: 5, end: 6 });
  const died = { task: "A", object: "g", method: "died", args: [], begin: 2.5 };
  for (
    const [make, acquire, release] of [
      [sequentialLock, "acquire", "release"],
      [() => sequentialLock({ owned: true }), "acquire", "release"],
      [sequentialRLock, "acquire", "release"],
      [sequentialRWLock, "acquireWrite", "releaseWrite"],
    ] as const
  ) {
    const told = { ...heir(acquire), result: { name: "OwnerDiedError" } };
    const judge = (text: string, ...more: HistoryCall[]) => {
      return checkLinearizable([...history("g", `A ${acquire} 1 2 = true;${text}`), ...more], { g: make() })
        .linearizable;
    };
    const after = `B markConsistent 7 8; B ${release} 9 10; C ${acquire} 11 12 = true`;
    assert(judge(after, died, told));
    assertFalse(judge(after, told), "nobody died");
    assertFalse(judge(after, died, { ...heir(acquire), result: true }), "who comes next is told");
    assertFalse(judge(`B ${release} 9 10; C ${acquire} 11 12 = true`, died, told), "it is lost without a repair");
    assert(judge(`B ${release} 9 10; C ${acquire} 11 12 ! NotRecoverableError`, died, told));
    // One who dies before it hears that it has the lock leaves it as it was, or not.
    const unheard = [...history("g", `A ${acquire} 1; C ${release} 3 4 ! StateError`), died];
    const tried = history("g", `B ${acquire} 3 4 = false`);
    for (const result of [true, { name: "OwnerDiedError" }]) {
      const calls = [...unheard, ...make === sequentialLock ? [] : tried, { ...heir(acquire), result }];
      assert(checkLinearizable(calls, { g: make() }).linearizable);
    }
    assertFalse(judge(`C markConsistent 7 8; B ${release} 9 10`, died, told), "only a holder repairs");
  }
  const readers = `A acquireRead 1 2 = true; C acquireRead 3 4 = true; B acquireWrite 5 6 = true`;
  assertFalse(checkLinearizable([...history("g", readers), died], { g: sequentialRWLock() }).linearizable);
  const left = readers.replace("B", "C releaseRead 4.3 4.7; B");
  assert(checkLinearizable([...history("g", left), died], { g: sequentialRWLock() }).linearizable);
  assertFalse(checkLinearizable(history("g", left), { g: sequentialRWLock() }).linearizable);
});

Deno.test("sequentialSemaphore() gives back what guards of the dead held, and nothing else", () => {
  const died = { task: "A", object: "s", method: "died", args: [], begin: 2.5 };
  for (const [method, gives] of [["acquireHeld", true], ["acquire", false]] as const) {
    const calls = history("s", `A ${method} 2 1 2 = true; B acquire 1 3 4 = true`);
    assertFalse(checkLinearizable(calls, { s: sequentialSemaphore(2) }).linearizable);
    assertEquals(checkLinearizable([...calls, died], { s: sequentialSemaphore(2) }).linearizable, gives);
  }
  const mine = history("s", `A acquireHeld 1 1 2 = true; B releaseHeld 1 3 4 ! StateError; A releaseHeld 1 5 6`);
  assert(checkLinearizable(mine, { s: sequentialSemaphore(1) }).linearizable);
});

Deno.test("sequentialEvent() lets waits go at a set; sequentialLatch() never closes", () => {
  const e = { e: sequentialEvent() };
  assert(checkLinearizable(history("e", `A wait 1 6 = true; B set 2 3; B clear 4 5`), e).linearizable);
  assertFalse(checkLinearizable(history("e", `B set 2 3; B clear 4 5; A wait 6 7 = true`), e).linearizable);
  assertFalse(checkLinearizable(history("e", `B set 2 3; A wait 4 5 = false`), e).linearizable);
  const l = { l: sequentialLatch(2) };
  assert(checkLinearizable(history("l", `A countDown 1 1 2; B countDown 1 3 4; A wait 5 6 = true`), l).linearizable);
  assertFalse(checkLinearizable(history("l", `A countDown 1 1 2; A wait 5 6 = true`), l).linearizable);
  assertFalse(checkLinearizable(history("l", `A countDown 3 1 2; A tryWait 5 6 = false`), l).linearizable);
});

Deno.test("sequentialChannel() and a queue that is shut down drain and then fail", () => {
  const judge = (text: string) => checkLinearizable(history("c", text), { c: sequentialChannel({ capacity: 1 }) });
  assert(judge(`A put x 1 2; A close 3 4; B take 5 6 = x; B take 7 8 ! ChannelClosedError`).linearizable);
  assertFalse(judge(`A put x 1 2; A close 3 4; B take 7 8 ! ChannelClosedError`).linearizable);
  assertFalse(judge(`A close 3 4; B put x 7 8`).linearizable);
  assertFalse(judge(`A put x 1 2; B put y 3 4`).linearizable);
  assert(judge(`A put x 1 2; B put y 3 4 ! WaitTimeoutError; B fetch 5 6 = x; B isReady 7 8 = true`).linearizable);
  assertFalse(judge(`A put x 1 2; B take 3 4 = x; B fetch 5 6 = x`).linearizable);
  const q = { q: sequentialQueue() };
  const shut = { task: "A", object: "q", method: "shutdown", begin: 3, end: 4 };
  const after = history("q", `A put x 1 2; B get 5 6 ! QueueShutDownError`);
  assertFalse(checkLinearizable([...after, { ...shut, args: [] }], q).linearizable);
  assert(checkLinearizable([...after, { ...shut, args: [{ immediate: true }] }], q).linearizable);
  assertThrows(() => sequentialChannel({ capacity: 0 }), RangeError, "Cannot specify a channel: of capacity 0");
});

Deno.test("sequentialPriorityQueue() that is stable tells what lies before an item from what lies behind it", () => {
  const even = { q: sequentialPriorityQueue({ compare: (a, b) => Number(a) % 2 - Number(b) % 2, stable: true }) };
  const judge = (text: string) => checkLinearizable(history("q", text), even).linearizable;
  // That 2 went in first is tried first, and then nobody gets a 0: the other order leads to the same items.
  assert(judge(`A put 0 1 4; B put 2 2 3; B get 5 6 = 0; B put 0 7 8`));
  assertFalse(judge(`B put 2 1 2; A put 0 3 4; B get 5 6 = 0; B put 0 7 8`));
  assert(judge(`B put 1 1 2; A put 0 3 4; B get 5 6 = 0; B put 0 7 8`));
});

Deno.test("sequentialRendezvous() lets a put and its take meet, and nobody else between them", () => {
  const judge = (text: string) => checkLinearizable(history("c", text), { c: sequentialRendezvous() }).linearizable;
  assert(judge(`A put x 1 4; B take 2 3 = x`));
  assertFalse(judge(`A put x 1 2; B take 3 4 = x`));
  assertFalse(judge(`A put x 1 2`));
  assert(judge(`A put x 1 2; B take 1.5`));
  assertFalse(judge(`A put x 1 6; B take 2 3 = x; B take 4 5 = x`));
  assertFalse(judge(`A put x 1 3; C put y 2 6; B take 4 5 = x`));
  assert(judge(`A tryPut x 1 2 = false; B tryTake 3 4 = undefined; A close 5 6; B take 7 8 ! ChannelClosedError`));
  assertFalse(judge(`A close 1 2; B take 3 4 ! WaitTimeoutError`));
});

Deno.test("partsOf() keeps the order of a batch, and lets others come in between", () => {
  const put = { task: "A", object: "q", method: "putAll", args: [["x", "y"]], begin: 1, end: 10, result: 2 };
  const judge = (batch: HistoryCall, text: string, maxsize = 0) => {
    return checkLinearizable([...partsOf(batch), ...history("q", text)], { q: sequentialQueue({ maxsize }) })
      .linearizable;
  };
  const takes = (items: string) => [...items].map((item, at) => `C get ${11 + 2 * at} ${12 + 2 * at} = ${item}`);
  for (const items of ["xzy", "zxy", "xyz"]) assert(judge(put, [`B put z 2 3`, ...takes(items)].join(";")), items);
  for (const items of ["yxz", "yzx", "zyx"]) assertFalse(judge(put, [`B put z 2 3`, ...takes(items)].join(";")), items);
  assert(judge({ ...put, result: 1 }, `C get 11 12 = x; C tryGet 13 14 = undefined`, 1));
  assertFalse(judge({ ...put, result: 1 }, `C get 11 12 = x; C tryGet 13 14 = undefined`));
  assertFalse(judge({ ...put, result: 2 }, `C get 11 12 = x; C tryGet 13 14 = undefined`));
  const { end: _end, result: _result, ...pending } = put;
  for (const items of ["", "x", "xy"]) assert(judge(pending, takes(items).join(";") || `C tryGet 11 12 = undefined`));
  assertFalse(judge(pending, takes("y").join(";")));
  const take = { task: "A", object: "q", method: "takeUpTo", args: [2], begin: 5, end: 10 };
  const two = `B put x 1 2; B put y 3 4`;
  assert(judge({ ...take, result: ["x", "y"] }, two));
  assertFalse(judge({ ...take, result: ["y", "x"] }, two));
  assertFalse(judge({ ...take, result: [] }, two));
  assert(judge({ ...take, result: ["x"] }, `${two}; C get 6 7 = y`));
  assertEquals(partsOf({ ...take, error: "QueueShutDownError" }).map(({ method }) => method), ["get"]);
});

Deno.test("sequentialRegister() computes as its cell does", () => {
  const call = (method: string, args: unknown[], result?: unknown) => {
    return { task: 0, object: "x", method, args, result, begin: 1, end: 2 };
  };
  assertEquals(sequentialRegister({ cell: "i32" }).step(2 ** 31 - 1, call("add", [1], 2 ** 31 - 1)), [-(2 ** 31)]);
  assertEquals(sequentialRegister({ cell: "i64" }).step(2n ** 63n - 1n, call("add", [1n], 2n ** 63n - 1n)), [
    -(2n ** 63n),
  ]);
  assertEquals(sequentialRegister().step(NaN, call("compareExchange", [NaN, 1], NaN)), [1]);
  assertEquals(sequentialRegister().step(0, call("compareExchange", [-0, 1], 0)), [0]);
  assertEquals(sequentialRegister().step(0, call("load", [], -0)), []);
});

for (const [name, { make, methods }] of Object.entries(subjects)) {
  Deno.test(`checkLinearizable() admits every sequential run of a ${name} whose calls are widened`, () => {
    fc.assert(
      fc.property(
        sequentialRun(make, methods, { tasks: 4, length: 40 }),
        fc.infiniteStream(fc.nat(9)),
        (run, draws) => {
          const calls = overlapped(run, draws);
          const verdict = checkLinearizable(calls, { object: make() });
          assert(verdict.linearizable);
          assert(isLegal(verdict.order, { object: make() }));
          assertEquals(
            new Set(verdict.order).isSupersetOf(new Set(calls.filter(({ end }) => end !== undefined))),
            true,
          );
        },
      ),
      { numRuns: runs(100) },
    );
  });

  Deno.test(`checkLinearizable() judges tiny histories of a ${name} as a search of all orders does`, () => {
    const verdicts = { true: 0, false: 0 };
    fc.assert(
      fc.property(tangled(make, methods, { tasks: 3, length: 6 }), (calls) => {
        const wanted = hasLegalOrder(calls, make());
        const verdict = checkLinearizable(calls, { object: make() });
        assertEquals(verdict.linearizable, wanted);
        verdicts[`${wanted}`]++;
        if (verdict.linearizable) assert(isLegal(verdict.order, { object: make() }));
        else checkFault(verdict, calls, make());
      }),
      { numRuns: runs(300), seed: 3 },
    );
    assert(verdicts.true > 30 && verdicts.false > 30, `both verdicts: ${JSON.stringify(verdicts)}`);
  });
}

/** The first stuck call's return is the first that no order explains, and the prefix is legal. */
function checkFault(
  { prefix, stuck }: { prefix: readonly HistoryCall[]; stuck: readonly HistoryCall[] },
  calls: readonly HistoryCall[],
  specification: SequentialSpecification,
): void {
  const fault = stuck[0]!;
  const until = (ticket: number) =>
    calls.filter(({ begin }) => begin < ticket).map((call) => {
      const { end, result: _result, error: _error, ...rest } = call;
      return end !== undefined && end <= ticket ? call : rest;
    });
  assertFalse(hasLegalOrder(until(fault.end!), specification));
  assert(hasLegalOrder(until(fault.end! - 1), specification));
  const pending = prefix.map((call) => {
    const { end, result: _result, error: _error, ...rest } = call;
    return end !== undefined && end < fault.end! ? call : rest;
  });
  assert(isLegal(pending, { object: specification }));
  for (const call of calls.filter(({ begin }) => begin < fault.end!)) {
    assert(prefix.includes(call) !== stuck.includes(call));
  }
}

for (const make of [sequentialQueue, sequentialStack, sequentialPriorityQueue]) {
  Deno.test(`${make.name}() is checked in few configurations over a thousand calls, good or bad`, () => {
    const [run] = fc.sample(
      sequentialRun(make, ["put", "get", "put", "tryGet"], { tasks: 4, shortest: 1200, length: 1200, distinct: true }),
      { numRuns: 1, seed: 7 },
    );
    const draws = fc.sample(fc.nat(9), { numRuns: 4000, seed: 8 });
    const calls = overlapped(run!, draws.values());
    assert(calls.length >= 1000);
    const limit = 20 * calls.length;
    assert(checkLinearizable(calls, { object: make() }, { limit }).linearizable);
    const last = calls.filter(({ method, end }) => method === "get" && end !== undefined).at(-1)!;
    const wrong = calls.map((call) => call === last ? { ...call, result: "never put" } : call);
    const verdict = checkLinearizable(wrong, { object: make() }, { limit });
    assert(!verdict.linearizable);
    assertEquals(verdict.stuck[0]!.result, "never put");
  });
}
