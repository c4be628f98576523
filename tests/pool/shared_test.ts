import { assertEquals, assertRejects } from "@std/assert";
import { GuestTimeoutError, MemoryFullError } from "../../lib/errors.ts";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";
import type * as work from "../guests/service_work.ts";

const module = import.meta.resolve("../guests/service_work.ts");
const shared = { export: "things" } as const;

for (const mode of MODE_NAMES) {
  Deno.test(`a pool in ${mode} mode gives up calls that wait for a lock, and the lock stays sound`, async () => {
    const pool = await Pool.open<typeof work, "things">({ mode, module, workers: 2, shared });
    const { guard } = pool.shared;
    await guard.acquire();
    for (let time = 0; time < runs(10); time++) {
      await assertRejects(
        () => within(20, pool.run("waitForLock", undefined, { timeout: 0.03 })),
        GuestTimeoutError,
      );
    }
    await guard.release();
    assertEquals(await within(20, pool.run("addLocked", 3)), 3);
    assertEquals(await within(20, pool.run("waitForLock", undefined)), "held");
    await within(20, pool.close());
    assertEquals(await guard.locked(), false);
  });
}

for (const mode of MODE_NAMES) {
  Deno.test(`a host in ${mode} mode waits hundreds of times at once, and a wait too many changes nothing`, async () => {
    const pool = await Pool.open<typeof work, "things">({
      mode,
      module,
      workers: 1,
      shared: { ...shared, hostLanes: 64 },
    });
    const { guard } = pool.shared;
    await guard.acquire();
    const waiting = Array.from({ length: 64 }, async () => {
      await guard.acquire();
      await guard.release();
    });
    for (let time = 0; time < 3; time++) {
      await assertRejects(() => within(20, guard.acquire({ timeout: 1 })), MemoryFullError, "64 times at once");
    }
    await guard.release();
    await within(20, Promise.all(waiting));
    assertEquals(await within(20, pool.run("addLocked", 3)), 3);
    await within(20, pool.close());
  });
}
