import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { pi, piPool } from "../../lib/programs/mod.ts";
import { countPart } from "../../lib/programs/pi_work.ts";
import { countInside } from "../../lib/random/mod.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { checkEquivalence } from "../../lib/testing/mod.ts";
import { within } from "../contracts/deadline.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";

const SAMPLES = 1_000_003;

Deno.test("pi: the count is the same in every mode, with fresh workers and warm ones", async () => {
  await using host = new Host();
  const parameters = {
    samples: fc.integer({ min: 1, max: 5000 }),
    workers: fc.integer({ min: 1, max: 3 }),
    repeat: fc.integer({ min: 1, max: 2 }),
  };
  await checkEquivalence(pi, { fc, host, parameters, modes: ["direct"], numRuns: runs(50) });
  await checkEquivalence(pi, { fc, host, parameters, modes: MODE_NAMES, numRuns: runs(1, { soak: 40 }) });
});

Deno.test("pi: the count is the same for 1, 2, 3 and 7 workers, by either kernel", async () => {
  await using host = new Host();
  const inside = countInside({ seed: 5, from: 0, to: SAMPLES, kernel: "typescript" });
  for (const mode of MODE_NAMES) {
    for (const [workers, kernel] of [[1, "simd"], [2, "typescript"], [3, "simd"], [7, "simd"]] as const) {
      const parameters = { samples: SAMPLES, workers, kernel, repeat: 1 };
      const { outcome, ok, errors } = await host.run(pi, { mode, seed: 5, parameters });
      assert(ok, `${mode}, ${workers} workers: ${errors[0]?.message}`);
      assertEquals(outcome, { inside, pi: 4 * inside / SAMPLES }, `${mode}, ${workers} workers`);
    }
  }
});

Deno.test("pi: parts of more samples than there are, and of one each", async () => {
  await using host = new Host();
  for (const samples of [1, 2, 6, 7, 8]) {
    const { outcome, ok } = await host.run(pi, { mode: "direct", seed: 3, parameters: { samples, workers: 7 } });
    const inside = countInside({ seed: 3, from: 0, to: samples });
    assert(ok);
    assertEquals(outcome, { inside, pi: 4 * inside / samples });
  }
});

Deno.test("pi tells the times of one worker and of all, with what they can come to", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { tables } = await host.run(pi, { mode, parameters: { samples: 1000, workers: 3, repeat: 2 } });
    const [table, ...more] = tables;
    assertEquals([table?.columns.length, table?.rows.length, more.length], [7, 2, 0]);
    for (const [index, row] of (table?.rows ?? []).entries()) {
      const [workers = NaN, startUp = NaN, time = NaN, nanoseconds, speedUp = NaN, efficiency, limit] = row.map(Number);
      assertEquals([workers, nanoseconds, efficiency], [[1, 3][index], time * 1000, speedUp / workers]);
      assert(startUp > 0 && time > 0 && speedUp > 0);
      assertEquals(limit, Math.min(1, (mode === "direct" ? 1 : navigator.hardwareConcurrency) / workers));
    }
  }
  const { tables } = await host.run(pi, { mode: "direct", parameters: { samples: 1000, workers: 1 } });
  assertEquals(tables.map(({ rows }) => rows.length), [1]);
});

Deno.test("pi draws each worker while it counts, and main while it waits", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const spans: Span[] = [];
    const parameters = { samples: 1000, workers: 2, repeat: 2 };
    await host.run(pi, { mode, parameters, observe: (span) => void spans.push(span) });
    const of = (lane: string, name: string) => spans.filter((span) => span.lane === lane && span.name === name);
    assertEquals([of("main", "start-up").length, of("main", "count").length], [2, 4], mode);
    for (const lane of ["worker0", "worker1"]) {
      // Four to warm up, two that count.
      const ran = of(lane, "running");
      assertEquals(ran.length, 6, mode);
      assert(ran.every(({ started, finished }) => started <= finished), mode);
    }
  }
});

Deno.test("countPart() counts a long part in slices, and comes to the same", async () => {
  const context = { guest: "worker0", mode: "direct", shared: {}, now: () => 0, report() {} } as const;
  const part = { seed: 9, from: 12_345, to: 2 ** 27 + 6 };
  assertEquals((await countPart(part, context)).value, countInside(part));
});

Deno.test("pi and pi-pool end when their time is over, in the middle of a long part", async () => {
  await using host = new Host();
  // In direct mode the run ends as soon, but its part goes on in the caller.
  for (const mode of ELSEWHERE) {
    for (const [program, own] of [[pi, {}], [piPool, { task: 10 ** 14 }]] as const) {
      const parameters = { samples: 10 ** 15, ...own };
      const { outcome, ok } = await within(20, host.run(program, { mode, parameters, timeout: 0.3 }));
      assert(!ok && "failed" in (outcome as object), `${program.name}, ${mode}`);
    }
  }
});

Deno.test("pi refuses no workers, no samples, samples beyond 2^53 and a kernel that is none", async () => {
  await using host = new Host();
  for (const parameters of [{ workers: 0 }, { samples: 0 }, { samples: 2 ** 53 }, { kernel: "c" }, { repeat: 0 }]) {
    await assertRejects(() => host.run(pi, { mode: "direct", parameters }), RangeError, "Cannot run pi");
  }
});
