/**
 * The contract of every pool for calls that misbehave: each settles with a typed error, and the next one runs.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { CancelledError, GuestDiedError, GuestError, GuestTimeoutError, UncloneableError } from "../../lib/errors.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import type { Pool, RunOptions } from "../../lib/pool/mod.ts";
import type { Fault } from "../guests/pool_work.ts";
import { within } from "./deadline.ts";
import { failure, type Stage, testPool, WORK, type Work } from "./pool_stage.ts";

/** How long a call may take to settle while other tests run, in seconds. */
const SECONDS = 20;

/** The expected result of a fault. */
interface Expected {
  readonly fault: Fault;
  /** Whether it ends the guest. */
  readonly ends: boolean;
  /** Checks the error. */
  readonly check: (error: Error, stage: Stage) => void;
}

/** Checks that a far error is complete. */
function isWhole(error: Error, { mode }: Stage): void {
  assertInstanceOf(error, GuestError);
  const { cause, far, guest, phase } = error;
  assertInstanceOf(cause, Error);
  assertEquals([guest, error.mode, phase, far.name, far.message], ["worker0", mode, "run", "OwnError", "it fails"]);
  assertEquals([cause.name, cause.message, Reflect.get(cause, "details")], ["OwnError", "it fails", { at: 7 }]);
  const deeper = cause.cause;
  assertInstanceOf(deeper, TypeError);
  assertEquals([deeper.message, deeper.cause], ["why", "the value below"]);
  for (const stack of [cause.stack, far.stack, deeper.stack]) assertStringIncludes(stack ?? "", "pool_work.ts");
}

/** Checks the class and message of an error. */
function isA(name: string, message: string): Expected["check"] {
  return (error) => {
    assertInstanceOf(error, GuestError);
    assertInstanceOf(error.cause, Error);
    assertEquals(error.cause.name, name);
    assertStringIncludes(error.cause.message, message);
  };
}

function isDeath(code: number): Expected["check"] {
  return (error, { mode }) => {
    assertInstanceOf(error, GuestDiedError);
    assertEquals([error.guest, error.mode, error.signal], ["worker0", mode, undefined]);
    // A thread has no exit code.
    assertEquals(error.code, mode === "process" ? code : undefined);
  };
}

const survived: readonly Expected[] = [
  { fault: "throws", ends: false, check: isWhole },
  { fault: "rejects", ends: false, check: isWhole },
  {
    fault: "throws a non-error",
    ends: false,
    check: (error, stage) => {
      isA("thrown value", "[object Object]")(error, stage);
      assertEquals((error.cause as Error).cause, { not: "an error" });
    },
  },
  {
    fault: "throws what cannot be cloned",
    ends: false,
    check: (error) => {
      const { cause } = error;
      assertInstanceOf(cause, Error);
      assertEquals([cause.name, cause.message, Reflect.get(cause, "near")], ["OwnError", "it fails", undefined]);
      assertEquals(Reflect.get(cause, "details"), { at: 7 });
      assertInstanceOf(cause.cause, TypeError);
      assertStringIncludes(cause.stack ?? "", "pool_work.ts");
    },
  },
  { fault: "throws what cannot be read", ends: false, check: isA("RangeError", "cannot be read") },
  { fault: "returns what cannot be cloned", ends: false, check: isA("UncloneableError", "value.near is a function") },
  { fault: "dies of a report", ends: false, check: isA("UncloneableError", "is a function") },
  { fault: "overflows the stack", ends: false, check: isA("RangeError", "Maximum call stack size exceeded") },
];

/** In direct mode, these end the caller. */
const mortal: readonly Expected[] = [
  { fault: "exits", ends: true, check: isDeath(3) },
  { fault: "closes", ends: true, check: isDeath(0) },
  { fault: "crashes while it awaits", ends: true, check: isWhole },
  { fault: "rejects beside itself", ends: true, check: isWhole },
];

/** Registers the tests for one mode. */
export function testPoolMisbehaviour(mode: ModeName): void {
  const test = testPool.bind(undefined, mode);

  test("settles each call that fails with its error, and runs the next one", async (stage) => {
    await using pool = await stage.open({ workers: 1 });
    for (const { fault, ends, check } of mode === "direct" ? survived : [...survived, ...mortal]) {
      const { started } = pool.statistics();
      const [error, next] = await settle(pool, fault);
      check(error, stage);
      assertEquals([next, pool.statistics().started - started], [9, ends ? 1 : 0], fault);
    }
    const { waiting, running } = pool.statistics();
    assertEquals([waiting, running], [0, 0]);
  });

  test("ends a call that never ends by its signal and by its timeout", async (stage) => {
    await using pool = await stage.open({ workers: 1 });
    const started = pool.statistics().started;
    const faults = mode === "direct" ? ["never settles"] as const : ["never settles", "is busy"] as const;
    for (const fault of faults) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(new RangeError("enough")), 30);
      const [cancelled, next] = await settle(pool, fault, { signal: stop.signal });
      assertInstanceOf(cancelled, CancelledError);
      assertInstanceOf(cancelled.cause, RangeError);
      const [late, afterwards] = await settle(pool, fault, { timeout: 0.03 });
      assertInstanceOf(late, GuestTimeoutError);
      assertEquals([late.guest, late.mode, late.seconds], ["worker0", mode, 0.03]);
      assertEquals([next, afterwards], [9, 9]);
    }
    assertEquals(pool.statistics().started - started, 2 * faults.length);
    // Neither unused time nor a signal that aborts afterward does any harm.
    const stop = new AbortController();
    assertEquals(await pool.run("square", 4, { timeout: 20, signal: stop.signal }), 16);
    stop.abort();
    // Meanwhile the busy threads that were given up return; otherwise the host would report that they are stuck.
    assertEquals(await pool.run("busy", mode === "thread" ? 1600 : 250), "busy");
    assertEquals([await pool.run("square", 5), pool.statistics().started - started], [25, 2 * faults.length]);
  });

  test("rejects arguments that cannot be cloned, and runs the calls submitted with them", async ({ open }) => {
    await using pool = await open({ workers: 1 });
    const arguments_ = [() => 0, Symbol("s"), { deep: [() => 0] }, new Int32Array(new SharedArrayBuffer(4)), 5];
    const futures = arguments_.map((argument) => pool.submit("echo", argument));
    for (const future of futures.slice(0, -1)) assertInstanceOf(await failure(future.result()), UncloneableError);
    assertEquals([await futures.at(-1)?.result(), pool.statistics().started], [5, 1]);
    const mapped = pool.map("echo", [1, () => 0, 3], { onError: ({ name }) => name });
    assertEquals(await Array.fromAsync(mapped), [1, "UncloneableError", 3]);
  });

  test("fails each input of a chunk separately", async (stage) => {
    await using pool = await stage.open({ workers: 1 });
    const faults: Fault[] = ["throws", "returns what cannot be cloned", "rejects", "throws a non-error"];
    const seen: [Fault, number][] = [];
    const onError = (error: Error, fault: Fault, index: number) => {
      assertInstanceOf(error, GuestError);
      seen.push([fault, index]);
      return error.far.name;
    };
    const names = await Array.fromAsync(pool.map("fail", faults, { chunkSize: 3, onError }));
    assertEquals(names, ["OwnError", "UncloneableError", "OwnError", "thrown value"]);
    assertEquals(seen, faults.map((fault, index) => [fault, index]));
    isWhole(await failure(Array.fromAsync(pool.map("fail", faults, { chunkSize: 2 }))), stage);
  });

  test("does not open if its guests cannot begin", async (stage) => {
    const begin = (argument: "throws" | "exits") => stage.open({ initializer: { export: "prepare", argument } });
    const error = await failure(begin("throws"));
    assertInstanceOf(error, GuestError);
    assertEquals([error.phase, error.far.name, error.far.message], ["construct", "OwnError", "it fails"]);
    assertStringIncludes(error.far.stack, "pool_work.ts");
    if (mode !== "direct") assertInstanceOf(await failure(begin("exits")), GuestDiedError);
    assertInstanceOf(await failure(stage.open({ initializer: { export: "nothing" } })), GuestError);
    const missing = await failure(stage.open({ module: `${WORK}.nowhere` }));
    assertInstanceOf(missing, GuestError);
    assertEquals(missing.phase, "load");
    await using pool = await stage.open({ initializer: { export: "prepare", argument: "nothing" } });
    assertEquals(await pool.run("square", 3), 9);
  });

  test("reports once, at its end, the failures that nobody fetched", async ({ open }) => {
    const pool = await open();
    const asked = pool.submit("fail", "throws");
    await failure(asked.result());
    const looked = pool.submit("fail", "throws");
    pool.submit("fail", "throws");
    pool.submit("fail", "throws a non-error");
    pool.submit("square", 5);
    const stop = new AbortController();
    pool.submit("fail", "never settles", { signal: stop.signal });
    pool.submit("square", 6).cancel();
    while (!looked.isDone) await new Promise((resolve) => setTimeout(resolve, 1));
    assertInstanceOf(looked.error, GuestError);
    stop.abort();
    const error = await failure(pool.close());
    assertEquals([error.name, Reflect.get(error, "errors").length], ["UnfetchedFailureError", 2]);
    assertStringIncludes(error.message, "nobody fetched 2 failures (fail: ");
    assertInstanceOf(error.cause, GuestError);
    await pool.close();
    await pool[Symbol.asyncDispose]();
  });

  test("ends at once when terminated", async ({ open }) => {
    const pool = await open();
    const running = pool.submit("fail", "never settles");
    const waiting = Array.from({ length: 20 }, () => pool.submit("square", 5));
    while (running.state === "waiting") await new Promise((resolve) => setTimeout(resolve, 1));
    const results = Promise.allSettled([running, ...waiting].map((future) => future.result()));
    await within(SECONDS, pool.terminate());
    const settled = await within(SECONDS, results);
    assertEquals(settled[0]?.status, "rejected");
    for (const { status, ...result } of settled) {
      if (status === "rejected") assertInstanceOf(Reflect.get(result, "reason"), CancelledError);
    }
    await pool.close();
  });

  if (mode !== "direct") testDeaths(mode);
}

/** The tests of what kills guests that are subprocesses or threads. */
function testDeaths(mode: ModeName): void {
  const test = testPool.bind(undefined, mode);

  test("survives what calls leave behind, and blames no other call", async ({ open }) => {
    await using pool = await open({ workers: 1 });
    for (const fault of ["leaves a rejection", "leaves a timer"] as const) {
      const { started } = pool.statistics();
      assertEquals(await within(SECONDS, pool.run("fail", fault)), "left");
      for (let n = 0; pool.statistics().started === started; n++) {
        assertEquals(await within(SECONDS, pool.run("square", n)), n * n);
        await new Promise((resolve) => setTimeout(resolve, 5));
        // A process runs its event loop only while it waits for a promise; leftovers hit the call that does.
        if (n > 20) await pool.run("squareLater", 2).catch(() => {});
      }
    }
  });

  test("does not keep starting guests that end by themselves", async ({ open }) => {
    // A call that never settles outlives the timer, however slow the machine.
    const source = "export const square = () => new Promise(() => {}); setTimeout(() => Deno.exit(6));";
    const module = `data:text/javascript,${encodeURIComponent(source)}`;
    const pool = await open({ module, workers: 1 });
    await within(
      30,
      (async () => {
        for (let before = 0; pool.statistics().started > before;) {
          before = pool.statistics().started;
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
      })(),
    );
    assert(pool.statistics().started <= 12);
    // A subprocess blocks while it has no call, so it ends during the first one, mostly before answering.
    const call = () => pool.run("square", 3).then(() => undefined, (error: unknown) => error);
    let error = await within(SECONDS, call());
    for (let time = 0; time < 20 && error === undefined; time++) error = await within(SECONDS, call());
    assertInstanceOf(error, GuestDiedError);
    await pool.close();
  });
}

/** The error of a failing call, and the value of the call behind it. */
async function settle(pool: Pool<Work>, fault: Fault, options: RunOptions = {}): Promise<[Error, unknown]> {
  const failing = pool.submit("fail", fault, options);
  const next = pool.submit("square", 3);
  const error = await within(SECONDS, failure(failing.result()));
  assertEquals([failing.state, failing.error], ["failed", error]);
  return [error, await within(SECONDS, next.result())];
}
