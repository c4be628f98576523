/**
 * How many times calls run, counted in shared cells: at most once without retries, even if guests die among many calls.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { GuestDiedError, GuestError } from "../../lib/errors.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import type { Pool } from "../../lib/pool/mod.ts";
import type { Views } from "../../lib/sync/mod.ts";
import { COUNTED, type things } from "../guests/pool_work.ts";
import { kill } from "./children.ts";
import { within } from "./deadline.ts";
import { failure, testPool, type Work } from "./pool_stage.ts";
import { runs } from "./soak.ts";

const SECONDS = 20;
const numRuns = runs(20);
const shared = { export: "things" };

/** Registers the tests for one mode. */
export function testPoolDeaths(mode: ModeName): void {
  const test = testPool.bind(undefined, mode);

  test("retries a call as often as allowed, and no more", async ({ open }) => {
    await using pool = await open({ shared });
    const tries = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(tries, fc.integer({ min: 1, max: 4 }), async (tries, chunkSize) => {
        await forget(pool);
        const futures = tries.map(([failures, retries], call) => pool.submit("flaky", { call, failures }, { retries }));
        for (const [call, future] of futures.entries()) {
          const [failures, retries] = tries[call] ?? [0, 0];
          if (retries >= failures) assertEquals(await future.result(), failures);
          else assertInstanceOf(await failure(future.result()), GuestError);
        }
        assertEquals(await count(pool, tries.length), tries.map(([failures, least]) => Math.min(failures, least) + 1));
        // Within chunks, each input is retried separately.
        await forget(pool);
        const inputs = tries.map(([failures], call) => ({ call, failures }));
        const onError = () => -1;
        const values = await Array.fromAsync(pool.map("flaky", inputs, { chunkSize, retries: 2, onError }));
        assertEquals(values, tries.map(([failures]) => failures <= 2 ? failures : -1));
        assertEquals(await count(pool, tries.length), tries.map(([failures]) => Math.min(failures, 2) + 1));
      }),
      { numRuns },
    );
  });

  test("asks whether to retry a call, and fails it if that throws", async ({ open }) => {
    await using pool = await open({ shared });
    const asked: string[] = [];
    const retryIf = ({ cause }: Error) => asked.push((cause as Error).message) < 2;
    const argument = { call: 0, failures: 5 };
    const error = await failure(pool.run("flaky", argument, { retries: 9, retryIf }));
    assertEquals([asked, (error.cause as Error).message], [["run 0 of 6", "run 1 of 6"], "run 1 of 6"]);
    const thrown = new RangeError("who knows");
    const bad = pool.run("flaky", { call: 1, failures: 1 }, {
      retries: 1,
      retryIf: () => {
        throw thrown;
      },
    });
    assertEquals(await within(SECONDS, failure(bad)), thrown);
    assertEquals(await count(pool, 2), [2, 1]);
  });

  test("retries within the available room", async ({ open }) => {
    await using pool = await open({ workers: 1, shared, maxQueue: 1 });
    const inputs = Array.from({ length: 12 }, (_, call) => ({ call, failures: call % 2 }));
    const beside = Promise.all(Array.from({ length: 20 }, (_, n) => pool.run("squareLater", n)));
    const values = Array.fromAsync(pool.map("flaky", inputs, { chunkSize: 3, retries: 1 }));
    assertEquals(await within(SECONDS, values), inputs.map(({ failures }) => failures));
    await beside;
  });

  test("passes on what an abandoned call holds, and keeps places for guests", async ({ open }) => {
    await using pool = await open({ shared });
    // More times than there may be stuck guests at once.
    for (let round = 0; round < 20; round++) {
      const stop = new AbortController();
      const holding = pool.submit("waitHolding", undefined, { signal: stop.signal });
      holding.onProgress(() => stop.abort());
      await within(SECONDS, failure(holding.result()));
    }
    // A subprocess is killed; elsewhere, a waiting call is stopped, and releases what it holds as it unwinds.
    assertEquals(await within(SECONDS, pool.run("ownerDied", undefined)), mode === "process");
    assertEquals(await within(SECONDS, pool.run("ownerDied", undefined)), false);
    assertEquals(await within(SECONDS, pool.run("bothPermits", undefined)), true);
    // The guest given up last is replaced when its slot is needed.
    await within(SECONDS, Promise.all(Array.from({ length: 20 }, (_, n) => pool.run("squareLater", n))));
    assertEquals(pool.statistics().started, 22);
  });

  if (mode !== "direct") testCrowds(mode);
}

/** The tests for guests that can die separately. */
function testCrowds(mode: ModeName): void {
  const test = testPool.bind(undefined, mode);

  test("runs each of many calls at most once while guests exit, and only their calls fail", async ({ open }) => {
    await using pool = await open({ shared });
    const crowds = fc.tuple(
      fc.uniqueArray(fc.nat(COUNTED - 1), { maxLength: 6 }),
      fc.integer({ min: 1, max: COUNTED }),
    );
    await fc.assert(
      fc.asyncProperty(crowds, async ([dying, size]) => {
        await forget(pool);
        const dies = new Set(dying);
        const futures = Array.from(
          { length: size },
          (_, call) => pool.submit("mortal", { call, dies: dies.has(call) }),
        );
        const settled = await within(SECONDS, Promise.allSettled(futures.map((future) => future.result())));
        for (const [call, result] of settled.entries()) {
          if (!dies.has(call)) assertEquals(result, { status: "fulfilled", value: call });
          else if (result.status === "rejected") assertInstanceOf(result.reason, GuestDiedError);
          else throw new TypeError(`call ${call} ended its guest and returned`);
        }
        assertEquals(await count(pool, size), Array(size).fill(1));
      }),
      { numRuns: runs(8) },
    );
  });

  test("runs a whole chunk again if its guest exits", async ({ open }) => {
    await using pool = await open({ shared });
    const inputs = Array.from({ length: 30 }, (_, call) => ({ call, dies: call === 17 }));
    const options = { chunkSize: 10, retries: 2, onError: ({ name }: Error) => name as unknown as number };
    const values = await within(SECONDS, Array.fromAsync(pool.map("mortal", inputs, options)));
    const expected = inputs.map(({ call }) => call >= 10 && call < 20 ? "GuestDiedError" : call);
    assertEquals<unknown[]>(values, expected);
    // What precedes the exiting call in its chunk has run three times; what follows it, never.
    const often = inputs.map(({ call }) => call < 10 || call >= 20 ? 1 : call <= 17 ? 3 : 0);
    assertEquals(await count(pool, 30), often);
  });

  test("passes on a lock and permits when their holder exits", async ({ open }) => {
    await using pool = await open({ shared });
    for (let round = 0; round < 3; round++) {
      const [dead, owner] = [pool.submit("dieHolding", undefined), pool.submit("ownerDied", undefined)];
      assertInstanceOf(await within(SECONDS, failure(dead.result())), GuestDiedError);
      await within(SECONDS, owner.result());
      await within(SECONDS, pool.run("ownerDied", undefined));
      assertEquals(await within(SECONDS, pool.run("ownerDied", undefined)), false);
      assertEquals(await within(SECONDS, pool.run("bothPermits", undefined)), true);
    }
    const held = failure(pool.run("dieHolding", undefined));
    const guard = await within(SECONDS, held.then(() => pool.run("ownerDied", undefined)));
    assertEquals(guard, true);
  });

  if (mode === "process") testKills();
}

/** The tests for subprocesses that are killed from outside. */
function testKills(): void {
  const test = testPool.bind(undefined, "process");

  test("runs each call at most once while its guests are killed", async ({ open }) => {
    const pool = await open({ shared });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(15), { minLength: 1, maxLength: 4 }), async (waits) => {
        await forget(pool);
        // The last kill of the previous run may only take effect now.
        const pids = await Promise.all([0, 1].map((guest) => pool.run("pid", undefined, { guest, retries: 2 })));
        const calls = Array.from({ length: COUNTED }, (_, call) => call);
        const futures = calls.map((call) => pool.submit("mortal", { call, dies: false }));
        for (const [at, wait] of waits.entries()) {
          await new Promise((resolve) => setTimeout(resolve, wait));
          kill(pids[at % 2]!);
        }
        const settled = await within(SECONDS, Promise.allSettled(futures.map((future) => future.result())));
        const failed = settled.filter(({ status }) => status === "rejected");
        for (const { reason } of failed as PromiseRejectedResult[]) {
          assertInstanceOf(reason, GuestDiedError);
          assertEquals(reason.signal, "SIGKILL");
        }
        assert(failed.length <= 2, `${failed.length} calls fail of 2 kills`);
        const often = await count(pool, COUNTED);
        for (const [call, result] of settled.entries()) {
          // A failed call may not have begun: it was the next one.
          assert(often[call] === 1 || result.status === "rejected" && often[call] === 0);
        }
      }),
      { numRuns: runs(8) },
    );
    await pool.close();
  });

  test("reports the signal by which a guest ended", async ({ open }) => {
    await using pool = await open({ workers: 1 });
    const future = pool.submit("fail", "never settles");
    future.onProgress((pid) => kill(pid as number));
    const error = await within(SECONDS, failure(future.result()));
    assertInstanceOf(error, GuestDiedError);
    assertEquals([error.signal, error.code, await pool.run("square", 3)], ["SIGKILL", undefined, 9]);
    // An idle guest that dies is replaced, too.
    kill(await pool.run("pid", undefined) as number);
    assertEquals(await within(SECONDS, pool.run("square", 3).catch(() => pool.run("square", 3))), 9);
  });
}

function counts(pool: Pool<Work>): Views<ReturnType<typeof things>, "promised">["runs"] {
  return (pool.shared as unknown as Views<ReturnType<typeof things>, "promised">).runs;
}

/** How many times calls have run, by number. */
function count(pool: Pool<Work>, calls: number): Promise<number[]> {
  const runs = counts(pool);
  return Promise.all(Array.from({ length: calls }, (_, call) => runs.at(call).load()));
}

async function forget(pool: Pool<Work>): Promise<void> {
  const runs = counts(pool);
  for (let call = 0; call < COUNTED; call++) await runs.at(call).store(0);
}
