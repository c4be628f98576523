import { assertEquals, assertThrows } from "@std/assert";
import { StoppedError } from "../../lib/errors.ts";
import { add, Layout, load, type Memory, ModelMemory, type Steps, store, wait } from "../../lib/memory/mod.ts";
import { runBlocking } from "../../lib/memory/mod.ts";

function counter(): { memory: ModelMemory; word: number } {
  const layout = new Layout();
  const word = layout.word("counter");
  return { memory: new ModelMemory(layout), word };
}

/** A memory whose waits are stopped. */
function stopping(memory: Memory): Memory {
  return {
    layout: memory.layout,
    ticket: () => memory.ticket(),
    release: (steps) => memory.release(steps),
    perform(operation) {
      if (operation.kind === "wait") throw new StoppedError("stopped");
      return memory.perform(operation);
    },
  };
}

Deno.test("runBlocking() gives each operation its answer and returns what the steps return", () => {
  const { memory, word } = counter();
  function* steps() {
    const before = [yield* load(word), yield* add(word, 2), yield* load(word)];
    return { before, result: yield* wait(word, 0) };
  }
  assertEquals(runBlocking(memory, steps()), { before: [0, 0, 2], result: "not-equal" });
});

Deno.test("runBlocking() throws a failed operation into the steps, and drives their undoing to its end", () => {
  const { memory, word } = counter();
  function* steps(): Steps<void> {
    yield* store(word, 1);
    try {
      yield* wait(word, 1);
    } finally {
      yield* store(word, 5);
      yield* add(word, 1);
    }
  }
  assertThrows(() => runBlocking(stopping(memory), steps()), StoppedError);
  assertEquals(runBlocking(memory, load(word)), 6);
});

Deno.test("runBlocking() goes on after a failed operation that the steps catch", () => {
  const { memory, word } = counter();
  function* steps(): Steps<number> {
    try {
      yield* load(99);
    } catch {
      yield* store(word, 3);
    }
    return yield* load(word);
  }
  assertEquals(runBlocking(memory, steps()), 3);
});

Deno.test("runBlocking() throws the failure where the iterator cannot take it", () => {
  const { memory } = counter();
  const steps: Steps<number> = {
    [Symbol.iterator]: () => ({
      next: () => ({ value: { kind: "load", cell: "i32", word: 99, order: "atomic" }, done: false }),
    }),
  };
  assertThrows(() => runBlocking(memory, steps), RangeError);
});
