import { assert, assertEquals, assertRejects } from "@std/assert";
import { WaitTimeoutError } from "../../lib/errors.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { calculateE, eulerThings, eulerWork } from "../../lib/programs/euler_work.ts";
import { eulerPool } from "../../lib/programs/mod.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { within } from "../contracts/deadline.ts";

const E = 2.7182818284590455;

Deno.test("euler-pool: early fetches time out, the event reaches every task, and all are e, bit for bit", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    for (const [tasks, workers] of [[2, 2], [5, 2], [1, 3]] as const) {
      const spans: Span[] = [];
      const parameters = { tasks, workers, fetches: 3, patience: 0.01 };
      const { ok, independent, outcome } = await within(
        20,
        host.run(eulerPool, { mode, parameters, observe: (span) => void spans.push(span) }),
      );
      assert(ok, mode);
      const all = Array.from({ length: tasks }, () => E);
      const early = Array.from({ length: 3 }, () => "WaitTimeoutError");
      assertEquals(independent, { early, running: Math.min(tasks, workers), results: all, again: all }, mode);
      const { iterations } = outcome as { iterations: readonly number[] };
      assertEquals(iterations.map((count) => count % 1000), all.map(() => 0));
      // Tasks that begin after the event was set do one block.
      assertEquals(iterations.slice(workers), all.slice(workers).map(() => 1000), mode);
      assertEquals(spans.length, tasks);
    }
  }
});

Deno.test("euler-pool: a fetch that timed out is repeated, and gives the result when the event is set", async () => {
  const functions = { calculateE, eulerThings };
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    await using pool = await Pool.open<typeof functions, "eulerThings">({
      mode,
      module: eulerWork,
      workers: 1,
      shared: { export: "eulerThings" },
      host,
    });
    const future = pool.submit("calculateE", undefined);
    for (let fetch = 0; fetch < 3; fetch++) {
      await assertRejects(() => future.result({ timeout: 0.001 }), WaitTimeoutError);
    }
    await pool.shared.exit.set();
    for (let fetch = 0; fetch < 2; fetch++) assertEquals((await future.result({ timeout: 20 })).value.e, E, mode);
  }
});

Deno.test("euler-pool ends when its time is over", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const parameters = { fetches: 1, patience: 60 };
    const { outcome } = await within(20, host.run(eulerPool, { mode, parameters, timeout: 0.05 }));
    const { failed } = outcome as { failed: { error: string }[] };
    assertEquals(failed.map(({ error }) => error), ["GuestTimeoutError"], mode);
  }
});
