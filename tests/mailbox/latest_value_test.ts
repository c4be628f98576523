import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MemoryFullError } from "../../lib/errors.ts";
import { LatestValue, type LatestValuePlace } from "../../lib/mailbox/mod.ts";
import { Layout, ModelMemory } from "../../lib/memory/mod.ts";
import { runBlocking } from "../../lib/memory/mod.ts";
import { modelSubject, SharedSubject } from "../contracts/memory_subjects.ts";
import { runs } from "../contracts/soak.ts";

function reserve(capacity: number): { layout: Layout; place: LatestValuePlace } {
  const layout = new Layout();
  return { layout, place: LatestValue.reserve(layout, "speed", { capacity }) };
}

/** What holds of every run: values in order, the last one too, none torn, and overwrites counted truly. */
function checkTaken(taken: unknown, overwrites: unknown, count: number): void {
  assert(Array.isArray(taken) && typeof overwrites === "number");
  assert(taken.every((value, at) => value > (at === 0 ? 0 : taken[at - 1])), `out of order or torn: ${taken}`);
  assertEquals(taken.at(-1), count);
  assertEquals(taken.length + overwrites, count);
}

for (const waits of [false, true]) {
  const method = waits ? "take" : "tryTake";

  Deno.test(`LatestValue.${method}() gives whole values in order, and the newest, in every interleaving`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 8 }), async (seed, count) => {
        const { layout, place } = reserve(16);
        const { values: [taken, overwrites] } = await modelSubject.run(layout, [
          { task: "takeMany", args: [place, count, waits] },
          { task: "putMany", args: [place, count] },
        ], seed);
        checkTaken(taken, overwrites, count);
      }),
      { numRuns: runs(1000) },
    );
  });

  Deno.test(`LatestValue.${method}() gives whole values in order, and the newest, between workers`, async () => {
    using subject = new SharedSubject();
    const count = runs(5000);
    const { layout, place } = reserve(600);
    const { values: [taken, overwrites] } = await subject.run(layout, [
      { task: "takeMany", args: [place, count, waits] },
      { task: "putMany", args: [place, count] },
    ]);
    checkTaken(taken, overwrites, count);
  });
}

function sides(capacity: number) {
  const { layout, place } = reserve(capacity);
  const memory = new ModelMemory(layout);
  const [writer, reader] = [new LatestValue(place), new LatestValue(place)];
  return {
    memory,
    put: (...bytes: number[]) => runBlocking(memory, writer.put(Uint8Array.from(bytes))),
    tryTake: () => runBlocking(memory, reader.tryTake()),
    take: (options: { into?: Uint8Array; deadline?: number }) => runBlocking(memory, reader.take(options)),
  };
}

Deno.test("LatestValue.put() tells whether it replaced a value that was not taken", () => {
  const { put, tryTake } = sides(4);
  assertEquals([put(1), put(2), put(3)], [false, true, true]);
  assertEquals(tryTake(), Uint8Array.of(3));
  assertEquals([put(4), tryTake(), tryTake()], [false, Uint8Array.of(4), undefined]);
});

Deno.test("LatestValue carries values of any length up to its capacity, and refuses larger ones", () => {
  const { put, tryTake } = sides(3);
  for (const bytes of [[], [1], [1, 2, 3], []]) {
    put(...bytes);
    assertEquals(tryTake(), Uint8Array.from(bytes));
  }
  const text = "Cannot put into speed: the value has 4 bytes, at most its capacity of 3 is wanted";
  assertThrows(() => put(1, 2, 3, 4), MemoryFullError, text);
  assertEquals(tryTake(), undefined);
});

Deno.test("LatestValue.take() gives up at its deadline, and reads into a target", () => {
  const { memory, put, take } = sides(3);
  assertEquals([take({ deadline: 25 }), memory.clock], [undefined, 25]);
  put(1, 2);
  const into = new Uint8Array(3);
  const got = take({ into, deadline: 25 });
  assert(got !== undefined && got.buffer === into.buffer);
  assertEquals([[...got], memory.clock], [[1, 2], 25]);
});
