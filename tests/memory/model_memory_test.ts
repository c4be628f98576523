import { assertEquals, assertThrows } from "@std/assert";
import { Layout, ModelMemory, PARKED, sleep, wait } from "../../lib/memory/mod.ts";
import { runBlocking } from "../../lib/memory/mod.ts";
import { testMemoryContract } from "../contracts/memory_contract.ts";
import { modelSubject } from "../contracts/memory_subjects.ts";

testMemoryContract(() => modelSubject);

function gate() {
  const layout = new Layout();
  const word = layout.word("gate");
  return { word, memory: new ModelMemory(layout) };
}

Deno.test("ModelMemory.begin() parks waiters, and notify wakes them first in, first out", () => {
  const { word, memory } = gate();
  for (const task of [3, 1, 2]) assertEquals(memory.begin({ kind: "wait", word, expected: 0 }, task), PARKED);
  assertEquals(memory.parked.map(({ task }) => task), [3, 1, 2]);
  assertEquals(memory.perform({ kind: "notify", word, count: 2 }), 2);
  assertEquals(memory.takeReady(), [{ task: 3, answer: "woken" }, { task: 1, answer: "woken" }]);
  assertEquals(memory.takeReady(), []);
  assertEquals(memory.perform({ kind: "notify", word, count: 2 }), 1);
  assertEquals(memory.takeReady(), [{ task: 2, answer: "woken" }]);
});

Deno.test("ModelMemory.begin() wakes no waiter by a store alone", () => {
  const { word, memory } = gate();
  memory.begin({ kind: "wait", word, expected: 0 }, 0);
  memory.perform({ kind: "store", cell: "i32", word, value: 1, order: "atomic" });
  assertEquals([memory.takeReady(), memory.parked.length], [[], 1]);
});

Deno.test("ModelMemory.begin() wakes who polls a word by whatever changes it, and nobody else", () => {
  const { word, memory } = gate();
  memory.begin({ kind: "wait", word, expected: 0 }, 0);
  for (const task of [1, 2]) memory.begin({ kind: "wait", word, expected: 0, polls: true }, task);
  memory.perform({ kind: "exchange", cell: "i32", word, value: 0, order: "atomic" });
  assertEquals(memory.takeReady(), []);
  memory.perform({ kind: "add", cell: "i32", word, value: 1, order: "atomic" });
  assertEquals(memory.takeReady(), [{ task: 1, answer: "woken" }, { task: 2, answer: "woken" }]);
  assertEquals(memory.parked.map(({ task }) => task), [0]);
});

Deno.test("ModelMemory.advance() moves the clock to the earliest time and wakes all that are due, in order", () => {
  const { word, memory } = gate();
  memory.begin({ kind: "sleep", until: 7 }, 0);
  memory.begin({ kind: "wait", word, expected: 0, deadline: 5 }, 1);
  memory.begin({ kind: "wait", word, expected: 0 }, 2);
  memory.begin({ kind: "sleep", until: 5 }, 3);
  assertEquals([memory.advance(), memory.clock], [true, 5]);
  assertEquals(memory.takeReady(), [{ task: 1, answer: "timed-out" }, { task: 3, answer: undefined }]);
  assertEquals([memory.advance(), memory.clock], [true, 7]);
  assertEquals([memory.advance(), memory.clock], [false, 7]);
});

Deno.test("ModelMemory.begin() does not park for a time that is past", () => {
  const { word, memory } = gate();
  runBlocking(memory, sleep(10));
  assertEquals(memory.begin({ kind: "wait", word, expected: 0, deadline: 10 }, 0), "timed-out");
  assertEquals(memory.begin({ kind: "sleep", until: 9 }, 0), undefined);
  assertEquals([memory.parked, memory.clock], [[], 10]);
});

Deno.test("ModelMemory.perform() lets time pass for a lone task, and refuses a wait that nobody can end", () => {
  const { word, memory } = gate();
  runBlocking(memory, sleep(10));
  assertEquals(memory.clock, 10);
  assertEquals(runBlocking(memory, wait(word, 0, { deadline: 12 })), "timed-out");
  assertEquals(memory.clock, 12);
  assertThrows(() => runBlocking(memory, wait(word, 0)), Error, "Cannot wait on gate: a lone task");
  assertEquals(memory.parked, []);
});

Deno.test("ModelMemory.restore() goes back to words, bytes, clock and waiters as they were saved", () => {
  const layout = new Layout();
  const word = layout.word("gate");
  const { offset } = layout.bytes("note", 64);
  const memory = new ModelMemory(layout);
  const write = (...bytes: number[]) => memory.perform({ kind: "write", offset, bytes: Uint8Array.from(bytes) });
  const state = () => [
    memory.perform({ kind: "load", cell: "i32", word, order: "atomic" }),
    memory.perform({ kind: "read", offset, length: 64 }),
    memory.clock,
    [...memory.parked],
  ];
  memory.advanceTo(3);
  write(1, 2);
  memory.begin({ kind: "wait", word, expected: 0, deadline: 9 }, 4);
  const [before, saved] = [state(), memory.save()];
  for (let time = 0; time < 2; time++) {
    memory.perform({ kind: "add", cell: "i32", word, value: 1, order: "atomic" });
    write(...Array.from({ length: 64 }, () => 7));
    memory.advanceTo(20);
    memory.restore(saved);
    assertEquals([state(), memory.takeReady()], [before, []]);
  }
  // A later save into the same place takes what is there then.
  write(5);
  memory.save(saved);
  const after = state();
  write(6);
  memory.restore(saved);
  assertEquals(state(), after);
});
