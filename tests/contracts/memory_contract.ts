/**
 * The contract of every memory: one suite, run over model, shared and remote memory.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Answer,
  type CellOperation,
  type CellValue,
  choose,
  Layout,
  load,
  now,
  type Operation,
  read,
  sleep,
  store,
  wait,
  written,
} from "../../lib/memory/mod.ts";
import { runBlocking } from "../../lib/memory/mod.ts";
import type { MemorySubject } from "./memory_subjects.ts";
import { pattern, type TaskCall } from "./memory_tasks.ts";
import { runs } from "./soak.ts";

/** Registers the tests of the contract for one memory. */
export function testMemoryContract(openSubject: () => MemorySubject & Partial<Disposable>): void {
  const { name } = openSubject();

  function test(criterion: string, body: (subject: MemorySubject) => void | Promise<void>): void {
    Deno.test(`${name} ${criterion}`, async () => {
      const subject = openSubject();
      try {
        await body(subject);
      } finally {
        subject[Symbol.dispose]?.();
      }
    });
  }

  async function checkRuns(
    subject: MemorySubject,
    check: (seed: number) => Promise<void>,
  ): Promise<void> {
    await fc.assert(fc.asyncProperty(fc.integer(), check), { numRuns: subject.concurrentRuns });
  }

  test("performs cell operations with the arithmetic of their width, atomic or plain", (subject) => {
    fc.assert(
      fc.property(fc.array(cellOperation(), { maxLength: 40 }), (operations) => {
        const { memory } = cells(subject);
        const reference: Record<number, number | bigint> = { [WORD]: 0, [LONG]: 0n, [FLOAT]: 0 };
        for (const operation of operations) {
          const before = reference[operation.word];
          const got = memory.perform(operation);
          const expected = expectedAnswer(reference, operation);
          assert(Object.is(got, expected), `${String(got)} instead of ${String(expected)}`);
          const [left, held] = [written(operation, expected) ?? before, reference[operation.word]];
          assert(Object.is(left, held), `written says ${String(left)} instead of ${String(held)}`);
        }
      }),
      { numRuns: runs(200) },
    );
  });

  test("compares float64 by its bits", (subject) => {
    const { memory } = cells(subject);
    const swap = (expected: number, replacement: number, order: "atomic" | "plain") =>
      memory.perform({ kind: "compareExchange", cell: "f64", word: FLOAT, expected, replacement, order });
    for (const order of ["atomic", "plain"] as const) {
      runBlocking(memory, store(FLOAT, 0, { cell: "f64" }));
      assertEquals(swap(-0, 1, order), 0);
      assertEquals(swap(0, NaN, order), 0);
      assertEquals(swap(NaN, -0, order), NaN);
      assert(Object.is(runBlocking(memory, load(FLOAT, { cell: "f64" })), -0));
    }
  });

  test("overlays a 64-bit cell on its two words", (subject) => {
    const { memory } = cells(subject);
    runBlocking(memory, store(LONG, (5n << 32n) | 9n, { cell: "i64" }));
    assertEquals([LONG, LONG + 1].map((word) => runBlocking(memory, load(word))), [9, 5]);
  });

  test("reads the bytes last written", (subject) => {
    const length = 32;
    const range = fc.tuple(fc.nat(length), fc.uint8Array({ maxLength: length }))
      .filter(([offset, bytes]) => offset + bytes.length <= length);
    fc.assert(fc.property(fc.array(range), range, (writes, [offset, { length: count }]) => {
      const layout = new Layout();
      layout.bytes("bytes", length);
      const memory = subject.create(layout);
      const reference = new Uint8Array(length);
      for (const [offset, bytes] of writes) {
        memory.perform({ kind: "write", offset, bytes });
        reference.set(bytes, offset);
      }
      const expected = reference.slice(offset, offset + count);
      assertEquals(runBlocking(memory, read(offset, count)), expected);
      const into = new Uint8Array(count + 3);
      const got = runBlocking(memory, read(offset, count, { into }));
      assertEquals([got, got.buffer === into.buffer], [expected, true]);
    }));
  });

  test("returns bytes that later writes do not change", (subject) => {
    const layout = new Layout();
    layout.bytes("bytes", 4);
    const memory = subject.create(layout);
    const got = runBlocking(memory, read(0, 4));
    memory.perform({ kind: "write", offset: 0, bytes: Uint8Array.of(1, 2, 3, 4) });
    assertEquals(got, new Uint8Array(4));
  });

  test("refuses words and bytes out of range with a RangeError", (subject) => {
    const { memory } = cells(subject);
    const words = memory.layout.wordCount + 1;
    const refused: Operation[] = [
      { kind: "load", cell: "i32", word: words, order: "plain" },
      { kind: "load", cell: "i32", word: words, order: "atomic" },
      { kind: "load", cell: "i32", word: -1, order: "atomic" },
      { kind: "load", cell: "i32", word: 0.5, order: "plain" },
      { kind: "load", cell: "i64", word: LONG + 1, order: "atomic" },
      { kind: "store", cell: "f64", word: words + (words % 2), value: 1, order: "plain" },
      { kind: "wait", word: words, expected: 0 },
      { kind: "notify", word: -1, count: 1 },
      { kind: "read", offset: 1, length: 8 },
      { kind: "read", offset: 0, length: 8, into: new Uint8Array(7) },
      { kind: "write", offset: -1, bytes: new Uint8Array(1) },
    ];
    for (const operation of refused) {
      const error = assertThrows(() => memory.perform(operation), RangeError);
      assert(error.message.startsWith(`Cannot ${operation.kind}: `), error.message);
    }
  });

  test("wait answers not-equal at once, and timed-out no sooner than its deadline", (subject) => {
    const { memory } = cells(subject);
    assertEquals(runBlocking(memory, wait(WORD, 1)), "not-equal");
    assertEquals(runBlocking(memory, wait(WORD, 1, { deadline: 0 })), "not-equal");
    assertEquals(runBlocking(memory, wait(WORD, 0, { deadline: runBlocking(memory, now()) })), "timed-out");
    const deadline = runBlocking(memory, now()) + 3;
    assertEquals(runBlocking(memory, wait(WORD, 0, { deadline })), "timed-out");
    assert(runBlocking(memory, now()) >= deadline);
    assertEquals(memory.perform({ kind: "notify", word: WORD, count: Infinity }), 0);
  });

  test("sleep lasts until its time, and no time if that is past", (subject) => {
    const { memory } = cells(subject);
    const until = runBlocking(memory, now()) + 3;
    runBlocking(memory, sleep(until));
    const after = runBlocking(memory, now());
    assert(after >= until);
    runBlocking(memory, sleep(until));
  });

  test("refuses to wait for an invalid time", async (subject) => {
    const { memory } = cells(subject);
    const operations = [
      { kind: "sleep", until: NaN },
      { kind: "wait", word: WORD, expected: 0, deadline: NaN },
    ] as const;
    for (const operation of operations) {
      const refused = `Cannot ${operation.kind}: the time is NaN, a number of milliseconds is wanted`;
      assertThrows(() => memory.perform(operation), RangeError, refused);
      await assertRejects(
        async () => await memory.performAsync?.(operation) ?? memory.perform(operation),
        RangeError,
        refused,
      );
    }
  });

  test("choose asks the given chooser, and checks its answer", (subject) => {
    const { memory } = cells(subject, (n) => n - 1);
    assertEquals([1, 5, 2].map((n) => runBlocking(memory, choose(n))), [0, 4, 1]);
    assertEquals(runBlocking(cells(subject).memory, choose(9)), 0);
    assertThrows(() => runBlocking(memory, choose(0)), RangeError, "Cannot choose: 0 choices");
    assertThrows(() => runBlocking(cells(subject, (n) => n).memory, choose(2)), RangeError, "the chooser gave 2");
  });

  test("draws tickets in ascending order", (subject) => {
    const { memory } = cells(subject);
    assertEquals([memory.ticket(), memory.ticket(), memory.ticket()], [1, 2, 3]);
  });

  test("freezes its layout and keeps the names", (subject) => {
    const { memory, layout } = cells(subject);
    assert(layout.frozen && memory.layout.frozen);
    assertEquals(memory.layout.nameOf(LONG), "long");
  });

  for (const cell of ["i32", "i64", "f64"] as const) {
    test(`add of ${cell} loses nothing between tasks`, async (subject) => {
      await checkRuns(subject, async (seed) => {
        const word = cell === "i32" ? WORD : cell === "i64" ? LONG : FLOAT;
        const call: TaskCall = { task: "addMany", args: [word, cell, subject.rounds] };
        const { memory } = await subject.run(cells(subject).layout, [call, call, call], seed);
        const total = runBlocking(memory, load(word, { cell }));
        assertEquals(Number(total), 3 * subject.rounds * (cell === "f64" ? 0.5 : 1));
      });
    });
  }

  test("compareExchange lets one of many win", async (subject) => {
    await checkRuns(subject, async (seed) => {
      const call: TaskCall = { task: "addByCompareExchange", args: [WORD, subject.rounds] };
      const { memory } = await subject.run(cells(subject).layout, [call, call], seed);
      assertEquals(runBlocking(memory, load(WORD)), 2 * subject.rounds);
    });
  });

  test("wait and notify pass a turn back and forth without loss", async (subject) => {
    await checkRuns(subject, async (seed) => {
      const { layout } = cells(subject);
      const calls = [0, 1].map((parity): TaskCall => ({ task: "takeTurns", args: [WORD, parity, subject.rounds] }));
      await subject.run(layout, calls, seed);
    });
  });

  test("a wait that polls passes a turn back and forth without a notify", async (subject) => {
    await checkRuns(subject, async (seed) => {
      const { layout } = cells(subject);
      const calls = [0, 1].map((parity): TaskCall => ({ task: "takeTurns", args: [WORD, parity, 20, true] }));
      await subject.run(layout, calls, seed);
    });
  });

  test("notify wakes all waiters", async (subject) => {
    await checkRuns(subject, async (seed) => {
      const { layout } = cells(subject);
      const waiter: TaskCall = { task: "passGate", args: [WORD, LONG] };
      const { values: [woken] } = await subject.run(layout, [
        { task: "openGate", args: [WORD] },
        waiter,
        waiter,
        waiter,
      ], seed);
      assert(typeof woken === "number" && woken >= 0 && woken <= 3);
    });
  });

  test("atomic stores and loads have one order: at least one of two tasks sees the other's store", async (subject) => {
    await checkRuns(subject, async (seed) => {
      const { layout } = cells(subject);
      const { values: seen } = await subject.run(layout, [
        { task: "storeThenLoad", args: [WORD, LONG] },
        { task: "storeThenLoad", args: [LONG, WORD] },
      ], seed);
      assert(seen.includes(1), "both loaded 0");
    });
  });

  test("a wait with a deadline answers woken or timed-out, and is over when notified", async (subject) => {
    await checkRuns(subject, async (seed) => {
      const { layout, memory } = cells(subject);
      const deadline = runBlocking(memory, now()) + 60_000;
      const { values: [answers] } = await subject.run(layout, [
        { task: "waitUntil", args: [WORD, deadline] },
        { task: "openGate", args: [WORD] },
      ], seed);
      assert(Array.isArray(answers) && !answers.includes("timed-out"), `${answers}`);
    });
  });

  test("an atomic flag publishes plain words and bytes", async (subject) => {
    await checkRuns(subject, async (seed) => {
      const { layout } = cells(subject);
      const { values: [got] } = await subject.run(layout, [
        { task: "receiveMessage", args: [WORD, LONG, 8] },
        { task: "sendMessage", args: [WORD, LONG, 8] },
      ], seed);
      assertEquals(got, { data: 42, bytes: [...pattern(7, 8)] });
    });
  });
}

const WORD = 0;
const LONG = 2;
const FLOAT = 4;

/** A memory with a word, a long, a float and eight bytes. */
function cells(subject: MemorySubject, chooser?: (n: number) => number) {
  const layout = new Layout();
  assertEquals([layout.word("word"), layout.cell("long"), layout.cell("float")], [WORD, LONG, FLOAT]);
  layout.bytes("bytes", 8);
  return { layout, memory: subject.create(layout, chooser) };
}

type Case = { [C in "i32" | "i64" | "f64"]: [C, number, fc.Arbitrary<CellValue<C>>] }["i32" | "i64" | "f64"];

function cellOperation(): fc.Arbitrary<CellOperation> {
  const cases: Case[] = [
    ["i32", WORD, fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 2 ** 31, 2 ** 32 - 1))],
    ["i64", LONG, fc.oneof(fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }), fc.constantFrom(0n, 1n, -1n))],
    ["f64", FLOAT, fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, Infinity))],
  ];
  return fc.oneof(...cases.map(([cell, word, value]) => {
    const common = { cell: fc.constant(cell), word: fc.constant(word), order: fc.constantFrom("atomic", "plain") };
    return fc.oneof(
      fc.record({ ...common, kind: fc.constant("load") }),
      fc.record({
        ...common,
        kind: fc.constantFrom("store", "add", "exchange"),
        value: value as fc.Arbitrary<unknown>,
      }),
      fc.record({
        ...common,
        kind: fc.constant("compareExchange"),
        expected: value as fc.Arbitrary<unknown>,
        replacement: value as fc.Arbitrary<unknown>,
      }),
    ) as fc.Arbitrary<CellOperation>;
  }));
}

/** The answer that the operation must give by its arithmetic; applies the operation to the reference. */
function expectedAnswer(reference: Record<number, number | bigint>, operation: CellOperation): Answer {
  const before = reference[operation.word]!;
  const wrap = (value: number | bigint) => {
    if (operation.cell === "f64") return value;
    return typeof value === "bigint" ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, BigInt(value)));
  };
  switch (operation.kind) {
    case "load":
      return before;
    case "store":
      reference[operation.word] = wrap(operation.value);
      return undefined;
    case "exchange":
      reference[operation.word] = wrap(operation.value);
      return before;
    case "add":
      reference[operation.word] = wrap((before as number) + (operation.value as number));
      return before;
    case "compareExchange":
      if (Object.is(before, wrap(operation.expected))) reference[operation.word] = wrap(operation.replacement);
      return before;
  }
}
