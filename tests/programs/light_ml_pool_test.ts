import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { kill } from "../contracts/children.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";
import type * as work from "../guests/light_ml_work.ts";

const module = import.meta.resolve("../guests/light_ml_work.ts");

Deno.test("light-ml by a pool: every location is saved exactly once, however often guests are killed", async () => {
  const update = fc.record({ deaths: fc.nat(2), late: fc.boolean() });
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    await fc.assert(
      fc.asyncProperty(
        fc.array(update, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        async (fates, workers) => await within(30, check(fates, { mode, workers, host })),
      ),
      { numRuns: runs(mode === "direct" ? 20 : 5), examples: [[[{ deaths: 2, late: true }, NEVER, NEVER], 2]] },
    );
  }
});

const NEVER = { deaths: 0, late: false };

async function check(
  fates: readonly Pick<work.Update, "deaths" | "late">[],
  { mode, workers, host }: {
    readonly mode: (typeof MODE_NAMES)[number];
    readonly workers: number;
    readonly host: Host;
  },
): Promise<void> {
  const updates = fates.map((fate, location) => ({ ...fate, location }));
  await using pool = await Pool.open<typeof work, "lightMlThings">({
    mode,
    module,
    workers,
    shared: { export: "lightMlThings", argument: { locations: updates.length } },
    host,
  });
  const { tries, saves, victims } = pool.shared;
  const killing = victims.forEach((pid) => kill(pid));
  // It is awaited at the end, and may fail before.
  killing.catch(() => {});
  // Main spawns a save for each model, beside updates that are at work or die.
  const saving: Promise<number>[] = [];
  for await (const { value } of pool.mapUnordered("updateModel", updates, { retries: 2 })) {
    saving.push(pool.submit("saveModel", value).result());
  }
  const saved = await Promise.all(saving);
  await victims.close();
  await killing;
  const each = <T>(of: (location: number) => T | Promise<T>) => {
    return Promise.all(updates.map(({ location }) => of(location)));
  };
  assertEquals(saved, await each(() => 1));
  assertEquals(await each((location) => saves.at(location).load()), await each(() => 1));
  assertEquals(await each((location) => tries.at(location).load()), updates.map(({ deaths }) => deaths + 1));
  const deaths = updates.reduce((sum, { deaths }) => sum + deaths, 0);
  assertEquals(pool.statistics().started, workers + (mode === "direct" ? 0 : deaths));
}
