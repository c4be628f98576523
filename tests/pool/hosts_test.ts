import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { GuestError } from "../../lib/errors.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { within } from "../contracts/deadline.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { failure, testPool, WORK, type Work } from "../contracts/pool_stage.ts";
import { square } from "../guests/pool_work.ts";

const SECONDS = 20;

function isThere(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

for (const mode of MODE_NAMES) {
  testPool(mode, "opens on guests that another one has left, as often as one likes", async ({ open }) => {
    const seen = new Set<number>();
    for (let round = 0; round < 25; round++) {
      await using pool = await open({ name: `round${round}-`, shared: { export: "things" } });
      for (const guest of [0, 1]) seen.add(await pool.run("pid", undefined, { guest }));
      const name = await pool.run("guestName", undefined, { guest: 1 });
      assertEquals([name, await pool.run("flaky", { call: 0, failures: 0 })], [`round${round}-1`, 0]);
    }
    assertEquals(seen.size, mode === "process" ? 2 : 1);
  });

  testPool(mode, "works beside others on its host", async ({ open }) => {
    const pools = await Promise.all([1, 2, 3].map((workers) => open({ workers })));
    const inputs = [...Array(200).keys()];
    const all = await Promise.all(pools.map((pool) => Array.fromAsync(pool.map("square", inputs))));
    for (const values of all) assertEquals(values, inputs.map(square));
    await pools[1]?.terminate();
    const [first] = pools;
    assertEquals(await first?.run("square", 3), 9);
    await Promise.all(pools.map((pool) => pool.close()));
  });

  Deno.test(`a pool in ${mode} mode takes and gives values that are larger than its pipe`, async () => {
    await using pool = await Pool.open<Work>({ mode, module: WORK, workers: 2 });
    const value = new Uint8Array(20_000_000).map((_, index) => index % 251);
    const futures = [pool.submit("echo", value), pool.submit("large", 5_000_000), pool.submit("echo", { value })];
    const beside = pool.submit("square", 3);
    const [echoed, large, deep] = await within(SECONDS, Promise.all(futures.map((future) => future.result())));
    assert(isEqual(echoed, value) && isEqual((deep as { value: unknown }).value, value));
    assertEquals([(large as Uint8Array).length, await beside.result()], [5_000_000, 9]);
  });
}

function isEqual(a: unknown, b: Uint8Array): boolean {
  return a instanceof Uint8Array && a.length === b.length && a.every((byte, index) => byte === b[index]);
}

async function closeUnder(mode: ModeName): Promise<void> {
  const host = new Host();
  const pool = await Pool.open<Work>({ mode, module: WORK, workers: 2, host });
  const futures = Array.from({ length: 200 }, () => pool.submit("squareLater", 2));
  const never = pool.submit("fail", "never settles");
  while (never.state === "waiting") await new Promise((resolve) => setTimeout(resolve, 1));
  await within(SECONDS, host.close());
  const settled = await within(SECONDS, Promise.allSettled([...futures, never].map((future) => future.result())));
  for (const result of settled) {
    if (result.status === "fulfilled") assertEquals(result.value, 4);
    else assert(["GuestDiedError", "TypeError"].includes(result.reason.name), String(result.reason));
  }
  assertEquals(settled.at(-1)?.status, "rejected");
  await within(SECONDS, pool.close());
  await failure(Pool.open({ mode, module: WORK, host }));
}

for (const mode of ELSEWHERE) {
  Deno.test(`a pool in ${mode} mode settles all its calls when its host closes`, () => closeUnder(mode));
}

Deno.test("a pool in process mode leaves no process behind, however it ends", async () => {
  for (const end of ["close", "terminate", "host"] as const) {
    const host = new Host();
    const pool = await Pool.open<Work>({ mode: "process", module: WORK, workers: 2, host });
    const pids = new Set<number>();
    for (const guest of [0, 1]) pids.add(await pool.run("pid", undefined, { guest }));
    for (let round = 0; round < 2; round++) {
      const given = pool.submit("fail", "never settles", { timeout: 0.02 });
      given.onProgress((pid) => void pids.add(pid as number));
      await failure(given.result());
    }
    pids.add(await pool.run("pid", undefined));
    assert(pids.size > 2);
    if (end === "terminate") pool.submit("fail", "never settles");
    if (end !== "host") await within(SECONDS, pool[end]());
    await within(SECONDS, host.close());
    assertEquals([...pids].filter(isThere), [], end);
  }
  const own = await Pool.open<Work>({ mode: "process", module: WORK, workers: 1 });
  const pid = await own.run("pid", undefined);
  assert(isThere(pid));
  await within(SECONDS, own.close());
  assertEquals(isThere(pid), false);
});

Deno.test("a pool that does not open leaves no guest behind", async () => {
  const options = { module: WORK, workers: 2, initializer: { export: "prepare", argument: "throws" } };
  for (const mode of MODE_NAMES) {
    // What is left would be a leak of this test.
    assertInstanceOf(await within(SECONDS, failure(Pool.open({ mode, ...options }))), GuestError);
  }
});
