import { assertEquals, assertThrows } from "@std/assert";
import { ModelMemory, runBlocking } from "../../lib/memory/mod.ts";
import { runCooperative } from "../../lib/program/mod.ts";
import { blocking, lock, Space } from "../../lib/sync/mod.ts";

Deno.test("lock({ held: true }) is the host's until a task releases it", () => {
  for (const fair of [false, true]) {
    const space = new Space({ signal: lock({ held: true, fair }) }, { tasks: 2 });
    const memory = new ModelMemory(space.layout);
    runBlocking(memory, space.initialize());
    const [waiter, giver] = [0, 1].map((task) => space.bind(memory, { task }).signal);
    assertEquals(blocking(waiter!).tryAcquire(), false);
    assertEquals(runBlocking(memory, waiter!.leaks()), []);
    const { outcomes } = runCooperative<unknown>(memory, [
      { name: "waiter", steps: waiter!.acquire() },
      { name: "giver", steps: giver!.release() },
    ]);
    assertEquals(outcomes.map((outcome) => outcome.kind === "returned" && outcome.value), [true, undefined]);
    assertEquals(runBlocking(memory, waiter!.statistics()), { owner: 0, waiters: 0 });
  }
});

Deno.test("lock() refuses one that the host holds and nobody else may release", () => {
  assertThrows(() => lock({ held: true, owned: true }), TypeError, "one that a task may release is wanted");
});
