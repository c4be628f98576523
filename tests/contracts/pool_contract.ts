/**
 * The contract of every pool for calls that behave: one suite, run over direct, thread and process mode.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CancelledError, QueueFullError, StateError, UncloneableError } from "../../lib/errors.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import { asCompleted, type Pool, wait } from "../../lib/pool/mod.ts";
import { square } from "../guests/pool_work.ts";
import { failure, testPool, type Work } from "./pool_stage.ts";
import { runs } from "./soak.ts";

const numRuns = runs(40);

const inputs = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { maxLength: 60 });
const shapes = fc.record({ chunkSize: fc.integer({ min: 1, max: 70 }), buffer: fc.integer({ min: 1, max: 20 }) });
const functions = fc.constantFrom("square" as const, "squareLater" as const);

/** Registers the tests of the contract for one mode. */
export function testPoolContract(mode: ModeName): void {
  const test = testPool.bind(undefined, mode);

  test("maps any inputs in order, and unordered each exactly once", async ({ open }) => {
    for (const workers of [1, 2, 3]) {
      await using pool = await open({ workers });
      await fc.assert(
        fc.asyncProperty(functions, inputs, shapes, async (name, inputs, shape) => {
          const expected = inputs.map(square);
          assertEquals(await Array.fromAsync(pool.map(name, inputs, shape)), expected);
          const unordered = await Array.fromAsync(pool.mapUnordered(name, fromNow(inputs), shape));
          const values = Map.groupBy(unordered, ({ index }) => index);
          assertEquals(
            inputs.map((_, index) => values.get(index)?.map(({ value }) => value)),
            expected.map((n) => [n]),
          );
          assertEquals(values.size, inputs.length);
        }),
        { numRuns: Math.ceil(numRuns / 3) },
      );
    }
  });

  test("gives each future its own value, in order of completion and at the end", async ({ open }) => {
    await using pool = await open();
    await fc.assert(
      fc.asyncProperty(functions, inputs, async (name, inputs) => {
        const futures = inputs.map((n) => pool.submit(name, n));
        const seen = new Set<unknown>();
        for await (const future of asCompleted(futures, { timeout: 10 })) {
          assert(future.isDone && !seen.has(future));
          seen.add(future);
        }
        assertEquals(seen.size, futures.length);
        const { done, pending } = await wait(futures);
        assertEquals([done.size, pending.size], [inputs.length, 0]);
        assertEquals(await Promise.all(futures.map((future) => future.result())), inputs.map(square));
      }),
      { numRuns },
    );
  });

  test("runs the calls of many concurrent callers, with a bound on waiting calls, and loses none", async ({ open }) => {
    await using pool = await open({ maxQueue: 3 });
    await fc.assert(
      fc.asyncProperty(inputs, async (inputs) => {
        const mapped = Array.fromAsync(pool.map("square", inputs, { buffer: 2 }));
        const ran = await Promise.all(inputs.map((n) => pool.run("square", n)));
        assertEquals([ran, await mapped], [inputs.map(square), inputs.map(square)]);
      }),
      { numRuns },
    );
    assertEquals([pool.statistics().waiting, pool.statistics().running], [0, 0]);
  });

  test("refuses calls for which there is no room, and reports when there is", async ({ open }) => {
    await using pool = await open({ workers: 1, maxQueue: 2, shared: { export: "things" } });
    const [running, second, third] = await fill(pool, 2);
    assertThrows(() => pool.submit("square", 1), QueueFullError, "2 calls wait, at most 2 may");
    assertEquals(pool.statistics().waiting, 2);
    let hasRoom = false;
    const room = pool.room().then(() => void (hasRoom = true));
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(hasRoom, false);
    // A canceled call makes room, like one that has run.
    assert(third?.cancel() === true);
    await room;
    assertInstanceOf(await failure(third.result()), CancelledError);
    const fourth = pool.run("square", 4);
    const fifth = pool.run("square", 5);
    await release(pool);
    assertEquals(await Promise.all([running?.result(), second?.result(), fourth, fifth]), [true, true, 16, 25]);
  });

  test("has room after the only waiting call is given up", async ({ open }) => {
    await using pool = await open({ workers: 1, maxQueue: 1, shared: { export: "things" } });
    const [running, waiting] = await fill(pool, 1);
    const room = pool.room();
    assert(waiting?.cancel() === true);
    await room;
    assertEquals(pool.statistics().waiting, 0);
    await release(pool);
    assertEquals(await running?.result(), true);
  });

  test("takes no more of an endless source than its buffer, and closes it when the loop is left", async ({ open }) => {
    await using pool = await open();
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(40), fc.boolean(), async ({ chunkSize, buffer }, leaves, ordered) => {
        let taken = 0;
        let closed = 0;
        function* endless() {
          try {
            for (;;) yield taken++;
          } finally {
            closed++;
          }
        }
        const most = (given: number) => given + 1 + (buffer + 1) * chunkSize;
        let given = 0;
        const options = { chunkSize, buffer };
        const values = ordered
          ? pool.map("square", endless(), options)
          : pool.mapUnordered("square", endless(), options);
        for await (const _value of values) {
          assert(taken <= most(given), `${taken} are taken after ${given}`);
          if (given++ === leaves) break;
        }
        assertEquals(closed, 1);
      }),
      { numRuns },
    );
  });

  test("returns values to a source that waits for them", async ({ open }) => {
    await using pool = await open();
    for (const chunkSize of [1, 2]) {
      const given = new Waiting();
      const sum: number[] = [];
      for await (const value of pool.map("square", feedback(given, chunkSize), { chunkSize })) {
        sum.push(value);
        given.add();
      }
      assertEquals(sum, [...Array(10).keys()].map(square));
    }
  });

  test("leaves a loop whose source yields nothing anymore", async ({ open }) => {
    await using pool = await open();
    async function* silent() {
      yield 3;
      await new Promise(() => {});
    }
    for await (const value of pool.map("square", silent())) {
      assertEquals(value, 9);
      break;
    }
    for await (const { value } of pool.mapUnordered("square", silent())) {
      assertEquals(value, 9);
      break;
    }
  });

  test("cancels waiting calls, but not running ones, when a loop is left", async ({ open }) => {
    await using pool = await open({ workers: 1, shared: { export: "things" } });
    await pool.run("square", 1);
    for await (const value of pool.map("squareLater", Array(500).keys(), { buffer: 500 })) {
      assertEquals(value, 0);
      break;
    }
    assertEquals(pool.statistics().waiting, 0);
    assertEquals(await pool.run("square", 5), 25);
  });

  test("ends the loop with an error when its signal aborts or the source throws", async ({ open }) => {
    await using pool = await open();
    const stop = new AbortController();
    const seen: number[] = [];
    const error = await failure((async () => {
      for await (const value of pool.map("squareLater", Array(200).keys(), { signal: stop.signal, buffer: 4 })) {
        seen.push(value);
        if (seen.length === 2) stop.abort(new Error("enough"));
      }
    })());
    assertInstanceOf(error, CancelledError);
    assertEquals((error.cause as Error).message, "enough");
    function* broken() {
      yield 1;
      throw new RangeError("no more");
    }
    assertEquals((await failure(Array.fromAsync(pool.map("square", broken())))).message, "no more");
    assertEquals(await pool.run("square", 5), 25);
  });

  test("reports who runs which call, and its progress", async ({ open }) => {
    await using pool = await open({ name: "tellers" });
    for (const guest of [0, 1]) {
      const future = pool.submit("guestName", undefined, { guest });
      assertEquals([await future.result(), future.guest], [`tellers${guest}`, `tellers${guest}`]);
      assertEquals([future.state, future.isDone, future.error], ["returned", true, undefined]);
    }
    const reported: unknown[] = [];
    const future = pool.submit("counting", 4);
    future.onProgress((value) => void reported.push(value));
    assertEquals([await future.result(), reported], [4, [1, 2, 3, 4]]);
    const { workers, started, calls, waiting, running } = pool.statistics();
    assertEquals([workers, started, calls, waiting, running], [2, 2, 3, 0, 0]);
  });

  test("moves buffers there and back, and copies everything else", async ({ open }) => {
    await using pool = await open();
    for (const length of [0, 1, 3_000_000]) {
      const numbers = new Uint8Array(length).fill(2);
      const copied = await pool.run("sumAndBack", numbers);
      assertEquals([copied.sum, numbers.length], [2 * length, length]);
      const future = pool.submit("sumAndBack", numbers, { transfer: [numbers.buffer] });
      const beside = pool.submit("square", 2);
      const { sum, numbers: back } = await future.result();
      assertEquals([sum, back.length, await beside.result()], [2 * length, length, 4]);
      assert(numbers.buffer.detached);
      const other = new Uint8Array(4);
      assertInstanceOf(
        (await failure(pool.run("refuseBuffer", other, { transfer: [other.buffer] }))).cause,
        RangeError,
      );
      assert(other.buffer.detached);
    }
    const buffers = [1, 2, 3].map((length) => new Uint8Array(length).fill(1));
    const sums = await Array.fromAsync(pool.map("sumAndBack", buffers, { chunkSize: 2 }));
    assertEquals(sums, buffers.map((numbers) => ({ sum: numbers.length, numbers })));
    const kept = new Uint8Array(4);
    const argument = { kept, near: () => 0 };
    assertInstanceOf(await failure(pool.run("echo", argument, { transfer: [kept.buffer] })), UncloneableError);
    assertThrows(() => pool.submit("square", 1, { transfer: [kept.buffer], retries: 1 }), RangeError, "no retries");
  });

  test("rejects invalid arguments at once", async ({ open }) => {
    const pool = await open();
    const other = pool as unknown as Pool<Record<string, (argument: unknown) => unknown>>;
    for (const timeout of [-1, NaN, -Infinity]) {
      assertThrows(() => pool.submit("square", 1, { timeout }), RangeError, `for ${timeout} s`);
      assertThrows(() => pool.map("square", [1], { timeout }), RangeError, `for ${timeout} s`);
    }
    for (const count of [-1, 0.5, NaN]) {
      assertThrows(() => pool.submit("square", 1, { retries: count }), RangeError, `retries is ${count}`);
      assertThrows(() => pool.map("square", [1], { retries: count }), RangeError, `retries is ${count}`);
      assertThrows(() => pool.submit("square", 1, { guest: count }), RangeError, `guest is ${count}`);
      assertThrows(() => pool.map("square", [1], { chunkSize: count }), RangeError, `chunkSize is ${count}`);
      assertThrows(() => pool.mapUnordered("square", [1], { buffer: count }), RangeError, `buffer is ${count}`);
      assertInstanceOf(await failure(open({ workers: count })), RangeError);
      assertInstanceOf(await failure(open({ maxQueue: count })), RangeError);
      assertInstanceOf(await failure(open({ timeout: -1 })), RangeError);
    }
    assertThrows(() => pool.map("square", [1], { chunkSize: 0 }), RangeError, "chunkSize is 0");
    assertThrows(() => pool.map("square", [1], { buffer: 0 }), RangeError, "buffer is 0");
    assertThrows(() => pool.submit("square", 1, { guest: 2 }), RangeError, "there is no guest 2");
    assertThrows(() => other.submit("nothing", 1), TypeError, "Cannot call nothing");
    assertThrows(() => other.map("COUNTED", [1]), TypeError, "Cannot call COUNTED");
    assertInstanceOf(await failure(open({ workers: 0 })), RangeError);
    assertInstanceOf(await failure(open({ maxQueue: 0 })), RangeError);
    assertInstanceOf(await failure(open({ module: "./work.ts" })), TypeError);
    assertInstanceOf(await failure(open({ shared: { export: "nothing" } })), TypeError);
    const { message } = await failure(open({ mode: "fork" as ModeName }));
    assertEquals(message, "Cannot start worker0: in fork mode, one of direct, thread, process is wanted");
    assertEquals(await pool.run("square", 3), 9);
    await pool.close();
    await pool.close();
    await pool.terminate();
    assertThrows(() => pool.submit("square", 1), StateError, "the pool is closed");
    assertThrows(() => pool.map("square", [1]), StateError, "the pool is closed");
    assertInstanceOf(await failure(pool.run("square", 1)), StateError);
  });
}

/** Keeps the only guest busy until the release, with `behind` calls waiting. */
async function fill(pool: Pool<Work>, behind: number) {
  const first = pool.submit("untilGo", undefined);
  while (first.state === "waiting") await new Promise((resolve) => setTimeout(resolve, 1));
  return [first, ...Array.from({ length: behind }, () => pool.submit("untilGo", undefined))];
}

async function release(pool: Pool<Work>): Promise<void> {
  await (pool.shared as { go: { set(): Promise<void> } }).go.set();
}

/** Numbers, each available once the values of the earlier ones have been read. */
async function* feedback(given: Waiting, chunkSize: number): AsyncGenerator<number> {
  for (let n = 0; n < 10; n++) {
    if (n > 0 && n % chunkSize === 0) await given.count(n);
    yield n;
  }
}

async function* fromNow<T>(values: Iterable<T>): AsyncGenerator<T> {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

/** Counts, and lets others wait for a count. */
class Waiting {
  #count = 0;
  #wake = () => {};

  add(): void {
    this.#count++;
    this.#wake();
  }

  async count(count: number): Promise<void> {
    while (this.#count < count) await new Promise<void>((resolve) => void (this.#wake = resolve));
  }
}
