import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { piQueue } from "../../lib/programs/mod.ts";
import { partOf } from "../../lib/programs/pi_queue.ts";
import { countInside } from "../../lib/random/mod.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";
import { outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, randomRun } from "./schedules.ts";

const samples = fc.integer({ min: 1, max: 50 });
const workers = fc.integer({ min: 1, max: 4 });
const chunk = fc.integer({ min: 1, max: 60 });

Deno.test("pi-queue: the count is the same in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, piQueue, { samples, workers, chunk });
});

Deno.test("pi-queue: a million samples, split in any way, are one count in every mode", async () => {
  await using host = new Host();
  const inside = countInside({ seed: 5, from: 0, to: 1_000_000, kernel: "typescript" });
  for (const mode of MODE_NAMES) {
    for (const [workers, chunk] of [[1, 1_000_000], [2, 99_999], [3, 12_345]]) {
      const { outcome, ok } = await host.run(piQueue, { mode, seed: 5, parameters: { workers, chunk } });
      assert(ok, mode);
      assertEquals(outcome, { inside, pi: 4 * inside / 1_000_000 }, mode);
    }
  }
});

Deno.test("pi-queue: the count is the same under random schedules", () => {
  fc.assert(
    fc.property(
      fc.maxSafeInteger(),
      fc.record({ samples, workers, chunk }),
      fc.nat(),
      (seed, parameters, schedule) => {
        const end = randomRun(piQueue, schedule, { seed, parameters });
        assert(end.kind === "outcome");
        const inside = countInside({ seed, from: 0, to: parameters.samples });
        assertEquals(end.outcome, { inside, pi: 4 * inside / parameters.samples });
      },
    ),
    { numRuns: runs(150) },
  );
});

Deno.test("pi-queue: all interleavings of three messages of two workers come to one count", () => {
  const well = wellOf(piQueue, { parameters: { samples: 3, chunk: 1, workers: 2 }, strategy: "dpor" });
  assertEquals(well.verdict, "proved");
  assertEquals(outcomesOf(well), [`{"inside":3,"pi":4}`]);
});

Deno.test("partOf() gives contiguous parts that differ by one sample at most, and are all samples together", () => {
  const many = fc.oneof(fc.nat(100), fc.maxSafeNat());
  fc.assert(
    fc.property(many, fc.integer({ min: 1, max: 9 }), (samples, parts) => {
      const split = Array.from({ length: parts }, (_, index) => partOf(samples, { index, parts }));
      assertEquals([split[0]?.from, split.at(-1)?.to], [0, samples]);
      for (const [index, { from }] of split.entries()) assertEquals(from, split[index - 1]?.to ?? 0);
      const lengths = split.map(({ from, to }) => to - from);
      assert(Math.max(...lengths) - Math.min(...lengths) <= 1);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("pi-queue refuses chunks of nothing, no workers, and samples beyond 2^53", async () => {
  await using host = new Host();
  for (const parameters of [{ chunk: 0 }, { workers: 0 }, { samples: 0 }, { samples: 2 ** 53 }, { samples: 0.5 }]) {
    await assertRejects(() => host.run(piQueue, { mode: "direct", parameters }), RangeError, "Cannot run pi-queue");
  }
});

Deno.test("pi-queue ends when its time is over, and whoever failed is not counted after", async () => {
  await using host = new Host();
  const options = { mode: "direct", parameters: { samples: 2 ** 53 - 1 }, timeout: 0.05 } as const;
  const { outcome, ok } = await within(20, host.run(piQueue, options));
  assert(!ok && "failed" in (outcome as object));
});
