import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CancelledError, WaitTimeoutError } from "../../lib/errors.ts";
import { Call } from "../../lib/pool/call.ts";
import { packed } from "../contracts/packed.ts";
import { asCompleted, PoolFuture, wait } from "../../lib/pool/mod.ts";
import { within } from "../contracts/deadline.ts";
import { failure } from "../contracts/pool_stage.ts";
import { runs } from "../contracts/soak.ts";

const SECONDS = 20;
const numRuns = runs(100);

function made(count: number): { readonly calls: readonly Call[]; readonly futures: readonly PoolFuture<number>[] } {
  const calls = Array.from({ length: count }, (_, argument) => new Call("work", { packed: packed(argument) }));
  return { calls, futures: calls.map((call) => new PoolFuture<number>(call)) };
}

Deno.test("asCompleted() gives each future once, in the order in which they end", async () => {
  const orders = fc.integer({ min: 1, max: 12 }).chain((count) => {
    const all = [...Array(count).keys()];
    return fc.tuple(fc.shuffledSubarray(all, { minLength: count }), fc.nat(count), fc.func(fc.boolean()));
  });
  await fc.assert(
    fc.asyncProperty(orders, async ([order, before, fails]) => {
      const { calls, futures } = made(order.length);
      const end = (at: number) => {
        calls[at]?.settle(fails(at) ? { error: new RangeError(`${at}`) } : { value: at });
      };
      order.slice(0, before).forEach(end);
      const seen: PoolFuture<number>[] = [];
      // The same future twice counts once.
      const all = Array.fromAsync(asCompleted([...futures, ...futures]), (future) => void seen.push(future));
      for (const at of order.slice(before)) {
        await new Promise((resolve) => setTimeout(resolve));
        end(at);
      }
      await within(SECONDS, all);
      // Those that had ended before come first, in the order in which they were given.
      const early = new Set(order.slice(0, before));
      const expected = [...[...futures.keys()].filter((at) => early.has(at)), ...order.slice(before)];
      assertEquals(seen.map((future) => futures.indexOf(future)), expected);
    }),
    { numRuns },
  );
});

Deno.test("wait() tells what is done when all are, the first is, or one has failed", async () => {
  for (const [until, ended, done] of [["all", 3, 3], ["first", 1, 1], ["failure", 2, 2]] as const) {
    const { calls, futures } = made(3);
    const waiting = wait(futures, { until });
    const outcomes = [{ value: 0 }, { error: new RangeError("it fails") }, { value: 2 }];
    for (const [at, outcome] of outcomes.slice(0, ended).entries()) calls[at]?.settle(outcome);
    const sets = await within(SECONDS, waiting);
    assertEquals([sets.done.size, sets.pending.size], [done, 3 - done], until);
  }
  for (const until of ["all", "first", "failure"] as const) {
    const { done, pending } = await within(SECONDS, wait([], { until }));
    assertEquals([done.size, pending.size], [0, 0]);
  }
  const { calls, futures } = made(2);
  for (const call of calls) call.settle({ value: 1 });
  assertEquals((await within(SECONDS, wait(futures, { until: "failure" }))).done.size, 2);
});

Deno.test("asCompleted() and wait() end with their timeout, and change nothing", async () => {
  const { calls, futures } = made(2);
  calls[0]?.settle({ value: 0 });
  const completed = asCompleted(futures, { timeout: 0.01 });
  assertEquals((await completed.next()).value, futures[0]);
  assertInstanceOf(await failure(completed.next()), WaitTimeoutError);
  const { done, pending } = await wait(futures, { timeout: 0 });
  assertEquals([done.size, pending.size, futures[1]?.state], [1, 1, "waiting"]);
  for (const timeout of [-1, NaN]) {
    assertThrows(() => asCompleted(futures, { timeout }), RangeError, `for ${timeout} s`);
    assertInstanceOf(await failure(wait(futures, { timeout })), RangeError);
  }
  assertInstanceOf(await failure(wait(futures, { until: "some" as "all" })), RangeError);
});

Deno.test("PoolFuture.result() may be asked again and again, and given up", async () => {
  const { calls: [call], futures: [future] } = made(1);
  assertEquals([future?.state, future?.isDone, future?.error, future?.guest, future?.name], [
    "waiting",
    false,
    undefined,
    undefined,
    "work",
  ]);
  const early = await failure(future?.result({ timeout: 0 }) ?? Promise.resolve());
  assertInstanceOf(early, WaitTimeoutError);
  const stop = new AbortController();
  const given = failure(future?.result({ signal: stop.signal }) ?? Promise.resolve());
  stop.abort("enough");
  const cancelled = await given;
  assertInstanceOf(cancelled, CancelledError);
  assertEquals(cancelled.cause, "enough");
  assertInstanceOf(await failure(future?.result({ timeout: -1 }) ?? Promise.resolve()), RangeError);
  const late = future?.result();
  call?.settle({ value: 7 });
  assertEquals([await late, await future?.result(), await future?.result({ timeout: 0 })], [7, 7, 7]);
});

Deno.test("PoolFuture.cancel() ends a call that waits, and no other", async () => {
  const { calls: [waiting, running, done], futures } = made(3);
  if (running !== undefined) running.isWithGuest = true;
  done?.settle({ value: 1 });
  assertEquals(futures.map((future) => future.cancel()), [true, false, false]);
  assertEquals([waiting?.state, running?.state, done?.state], ["failed", "running", "returned"]);
  assertInstanceOf(await failure(futures[0]?.result() ?? Promise.resolve()), CancelledError);
});

Deno.test("PoolFuture tells its listeners in order, and lets none of them stop another", async () => {
  const { calls: [call], futures: [future] } = made(1);
  const seen: unknown[] = [];
  const thrown = Promise.withResolvers<unknown>();
  const listen = (event: ErrorEvent) => {
    event.preventDefault();
    thrown.resolve(event.error);
  };
  globalThis.addEventListener("error", listen, { once: true });
  future?.onProgress((value) => void seen.push(["a", value]));
  future?.onProgress((value) => void seen.push(["b", value]));
  call?.report(1);
  const error = new RangeError("a bad listener");
  future?.whenDone(() => {
    throw error;
  });
  future?.whenDone((done) => void seen.push(done.state));
  call?.settle({ value: 1 });
  assertEquals([seen, await thrown.promise], [[["a", 1], ["b", 1], "returned"], error]);
});
