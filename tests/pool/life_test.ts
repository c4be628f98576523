import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CancelledError, GuestError, GuestTimeoutError, UncloneableError } from "../../lib/errors.ts";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import type { RunOptions } from "../../lib/pool/mod.ts";
import { within } from "../contracts/deadline.ts";
import { failure, testPool } from "../contracts/pool_stage.ts";
import { runs } from "../contracts/soak.ts";

const SECONDS = 20;

/** Functions whose guests tell themselves apart. */
const MODULE = `data:text/javascript,${
  encodeURIComponent(`
let calls = 0;
export const count = () => ++calls;
export const len = (bytes) => bytes.byteLength;
export const square = (n) => n * n;
export const sum = (numbers) => numbers.reduce((sum, n) => sum + n, 0);
export const wait = (ms) => new Promise((resolve) => setTimeout(() => resolve(ms), ms));
export const far = (n, { report }) => { for (let at = 0; at < n; at++) report(at); return n; };
export async function* upTo(n) { for (let at = 0; at < n; at++) yield at; }
export async function* ahead(_, { report }) { let at = 0; try { for (;;) { report(at); yield at++; } } finally { report("left"); } }
export async function* breaks(n) { yield* upTo(n); throw new RangeError("no more"); }
export const soon = async (n) => await n;
export const none = () => 5;
export const movesFixed = () => {
  const { buffer } = new WebAssembly.Memory({ initial: 1 });
  return { [Symbol.for("holdfast moved")]: true, value: buffer, transfer: [buffer] };
};
export const strange = () => ({ [Symbol.asyncIterator]: () => ({ next: () => 5 }) });
const seen = new Set();
export const sumAgain = (numbers) => {
  const key = numbers.join();
  if (seen.delete(key)) return sum(numbers);
  seen.add(key);
  throw new RangeError("not yet");
};
`)
}`;

interface Work {
  count(argument: undefined): number;
  len(bytes: ArrayBuffer): number;
  square(n: number): number;
  sum(numbers: readonly number[] | Int32Array): number;
  wait(ms: number): Promise<number>;
  far(n: number): number;
  upTo(n: number): AsyncIterable<number>;
  ahead(argument: undefined): AsyncIterable<number>;
  breaks(n: number): AsyncIterable<number>;
  soon(n: number): Promise<number>;
  none(argument: undefined): number;
  movesFixed(argument: undefined): ArrayBuffer;
  strange(argument: undefined): AsyncIterable<number>;
  sumAgain(numbers: Int32Array): number;
}

for (const mode of MODE_NAMES) {
  const test = (criterion: string, body: Parameters<typeof testPool>[2]) => testPool(mode, criterion, body);
  const { Pool } = await import("../../lib/pool/mod.ts");

  test("replaces a guest that has run as many calls as it may", async ({ host }) => {
    await using pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 1, maxCallsPerGuest: 3 });
    const seen: number[] = [];
    for (let n = 0; n < 8; n++) seen.push(await within(SECONDS, pool.run("count", undefined)));
    // A module of the caller's realm is loaded once.
    const own = mode === "direct" ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 2, 3, 1, 2, 3, 1, 2];
    assertEquals([seen, pool.statistics().started], [own, 3]);
    const all = await within(SECONDS, Promise.all(Array.from({ length: 20 }, (_, n) => pool.run("square", n))));
    assertEquals(all, Array.from({ length: 20 }, (_, n) => n * n));
  });

  test("has as many guests as there is work for, between its least and its most", async ({ host }) => {
    const workers = { min: 0, max: 3 };
    await using pool = await Pool.open<Work>({ mode, module: MODULE, host, workers, idleTimeout: 0 });
    assertEquals(pool.workers, 3);
    for (let round = 0; round < 2; round++) {
      await within(SECONDS, Promise.all([1, 2, 3, 4].map((n) => pool.run("wait", 20 + n))));
      assert(pool.statistics().started >= 3 * (round + 1));
      while (pool.statistics().workers > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals(await within(SECONDS, pool.run("square", 3)), 9);
  });

  test("lets what runs end and cancels what waits, where close says so", async ({ host }) => {
    const pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 1 });
    const first = pool.submit("wait", 100);
    while (first.state === "waiting") await new Promise((resolve) => setTimeout(resolve));
    const behind = [1, 2].map((n) => pool.submit("square", n));
    await within(SECONDS, pool.close({ cancelWaiting: true }));
    assertEquals(await first.result(), 100);
    for (const future of behind) assertInstanceOf(await failure(future.result()), CancelledError);
  });

  test("tells what a call reports to who submitted it, and to nobody else", async ({ host }) => {
    await using pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 1 });
    const told: unknown[][] = [[], []];
    const calls = [3, 5].map((n, at) => pool.run("far", n, { onProgress: (value) => void told[at]!.push(value) }));
    assertEquals(await within(SECONDS, Promise.all(calls)), [3, 5]);
    assertEquals(told, [[0, 1, 2], [0, 1, 2, 3, 4]]);
  });

  test("gives the items of a call in their order, at the pace of who takes them", async ({ host }) => {
    await using pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 1 });
    for (const count of [0, 1, 15, 16, 17, 100]) {
      assertEquals(await within(SECONDS, Array.fromAsync(pool.stream("upTo", count))), [...Array(count).keys()]);
    }
    const seen: number[] = [];
    let most = 0;
    const onProgress = (at: unknown) => void (most = Math.max(most, Number(at) || 0));
    for await (const item of pool.stream("ahead", undefined, { onProgress })) {
      seen.push(item);
      assert(most <= item + 17, `${most} are made, ${item} is taken`);
      if (item === 40) break;
    }
    assertEquals(seen, [...Array(41).keys()]);
    assertEquals(await within(SECONDS, pool.run("square", 4)), 16);
    const broken: number[] = [];
    const error = await assertRejects(async () => {
      for await (const item of pool.stream("breaks", 3)) broken.push(item);
    }, GuestError);
    assertEquals([broken, (error.cause as Error).name], [[0, 1, 2], "RangeError"]);
    assertInstanceOf((await failure(Array.fromAsync(pool.stream("none" as "upTo", 0)))).cause, TypeError);
    const refused = await failure(pool.run("upTo", 1));
    assert(refused.message.includes("pool.stream() is wanted"), refused.message);
  });

  test("has the arguments of the moment of submit, whatever becomes of them", async ({ host }) => {
    await using pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 2 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(3, 3000),
        async (values, size) => {
          const numbers = new Int32Array(size);
          const futures = values.map((value) => {
            numbers[0] = value;
            return pool.submit("sum", numbers, { retries: value & 1 });
          });
          numbers.fill(7);
          assertEquals(await Promise.all(futures.map((future) => future.result())), values);
        },
      ),
      { numRuns: runs(10) },
    );
  });

  test("has the inputs of a chunk as they were when they were taken", async ({ host }) => {
    await using pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 1 });
    const numbers = new Int32Array(3);
    const shape = fc.record({ chunkSize: fc.integer({ min: 1, max: 9 }), retries: fc.nat(1) });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { maxLength: 40 }),
        shape,
        async (values, shape) => {
          const source = function* () {
            for (const value of values) {
              numbers[0] = value;
              yield numbers;
            }
          };
          // Each input fails the first time, where it is tried again.
          const name = shape.retries > 0 ? "sumAgain" : "sum";
          assertEquals(await Array.fromAsync(pool.map(name, source(), shape)), values);
        },
      ),
      { numRuns: runs(10) },
    );
  });

  test("takes an argument whose getters use the pool", async ({ host }) => {
    const pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 1 });
    const inner: Promise<number>[] = [];
    const argument = {
      length: "n".repeat(5000),
      get byteLength() {
        inner.push(pool.run("sum", Array(3000).fill(1)));
        return 7;
      },
      rest: [1, 2, 3],
    };
    assertEquals(await within(SECONDS, pool.run("len", argument as unknown as ArrayBuffer)), 7);
    assertEquals(await within(SECONDS, Promise.all(inner)), [3000]);
    // One that closes it: the call was submitted before.
    let closing: Promise<void> | undefined;
    const closes = {
      get byteLength() {
        closing = pool.close();
        return 8;
      },
    };
    assertEquals(await within(SECONDS, pool.run("len", closes as ArrayBuffer)), 8);
    await within(SECONDS, closing!);
  });

  test("refuses what it could not call back or listen to, and closes", async ({ host }) => {
    const pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 1 });
    const wrong = [{ signal: {} }, { signal: "s" }, { retryIf: 5, retries: 1 }, { onProgress: {} }, { transfer: 5 }];
    for (const options of wrong as unknown as RunOptions[]) {
      assertThrows(() => pool.submit("square", 1, options), TypeError, "wanted");
      assertThrows(() => pool.stream("upTo", 1, options), TypeError, "wanted");
      assertThrows(() => pool.map("square", [1], options as object), TypeError, "wanted");
    }
    assertThrows(() => pool.map("square", [1], { onError: 5 as never }), TypeError, "onError");
    const future = pool.submit("square", 3);
    assertThrows(() => future.whenDone(5 as never), TypeError, "callback");
    assertThrows(() => future.onProgress(5 as never), TypeError, "listener");
    assertInstanceOf(await failure(future.result({ signal: {} as AbortSignal })), TypeError);
    assertInstanceOf(await failure(future.result({ timeout: NaN })), RangeError);
    assertEquals(await within(SECONDS, future.result()), 9);
    await within(SECONDS, pool.close());
  });

  test("lets timers ring while there are many calls, or a stream does not end", async ({ host }) => {
    await using pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 1 });
    for (let round = 0; round < 5; round++) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 15);
      const started = performance.now();
      const reading = (async () => {
        for await (const item of pool.stream("upTo", Infinity, { signal: stop.signal })) {
          assert(performance.now() - started < 5000, `no timer rings before item ${item}`);
        }
      })();
      assertInstanceOf(await failure(within(SECONDS, reading)), CancelledError);
    }
    let left = 50_000;
    let rings = 0;
    for (let n = left; n > 0; n--) pool.submit("soon", n).whenDone(() => left--);
    for (; left > 0; rings++) await new Promise((resolve) => setTimeout(resolve));
    assert(rings > 4, `timers ring ${rings} times while there are calls`);
    assertEquals(await within(SECONDS, pool.run("square", 4)), 16);
    const strange = failure(Array.fromAsync(pool.stream("strange", undefined)));
    assertInstanceOf((await within(SECONDS, strange)).cause, TypeError);
  });

  test("gives no call the answer of another where a transfer fails", async ({ host }) => {
    await using pool = await Pool.open<Work>({ mode, module: MODULE, host, workers: 1 });
    const fixed = new WebAssembly.Memory({ initial: 1 }).buffer as ArrayBuffer;
    const failing = failure(pool.run("len", fixed, { transfer: [fixed] }));
    const squares = [2, 3, 4, 5, 6, 7].map((n) => pool.run("square", n));
    assertInstanceOf(await failing, TypeError);
    assertEquals(await within(SECONDS, Promise.all(squares)), [4, 9, 16, 25, 36, 49]);
    // The same where a function moves what cannot be moved.
    const wrong = failure(pool.run("movesFixed", undefined));
    const more = [2, 3].map((n) => pool.run("square", n));
    assertInstanceOf((await within(SECONDS, wrong)).cause, TypeError);
    assertEquals([await within(SECONDS, Promise.all(more)), pool.statistics().started], [[4, 9], 1]);
    const resizable = new ArrayBuffer(8, { maxByteLength: 16 });
    const refused = await failure(pool.run("len", resizable, { transfer: [resizable] }));
    assertInstanceOf(refused, UncloneableError);
    assertEquals([refused.message.includes("a resizable buffer"), resizable.detached], [true, false]);
  });

  test("waits for ever where a timeout is Infinity, and not at all where it is 0", async ({ host }) => {
    const options = { mode, module: MODULE, host, workers: 1, timeout: Infinity } as const;
    await using pool = await Pool.open<Work>(options);
    assertEquals(await within(SECONDS, pool.run("wait", 5, { timeout: Infinity })), 5);
    assertInstanceOf(await failure(pool.run("wait", 300, { timeout: 0 })), GuestTimeoutError);
    assertEquals(await within(SECONDS, pool.submit("square", 5).result({ timeout: Infinity })), 25);
  });

  Deno.test(`a pool in ${mode} mode that is unreferenced keeps no process alive, and serves on`, async () => {
    const text = `
      import { Pool } from ${JSON.stringify(import.meta.resolve("../../lib/pool/mod.ts"))};
      const module = "data:text/javascript,export const square = (n) => n * n";
      const pool = await Pool.open({ mode: "${mode}", module, workers: 2 });
      console.log(await pool.run("square", 3));
      pool.unref();
      console.log(await pool.run("square", 4));
    `;
    const script = `data:text/javascript,${encodeURIComponent(text)}`;
    const args = ["run", "--quiet", "--no-check", "--no-lock", "--allow-all", script];
    const { stdout, code } = await within(
      SECONDS,
      new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output(),
    );
    assertEquals([code, new TextDecoder().decode(stdout)], [0, "9\n16\n"]);
  });
}
