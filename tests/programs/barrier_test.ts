import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { barrierProgram } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { checkEverywhere, randomRun } from "./schedules.ts";

Deno.test("barrier: nobody is ready before all are prepared, in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, barrierProgram, { generations: fc.integer({ min: 1, max: 20 }) });
});

Deno.test("barrier: generations never mix, and each has one leader, under random schedules", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 8 }),
      fc.nat(),
      (tellers, generations, seed) => {
        const end = randomRun(barrierProgram, seed, { parameters: { tellers, generations } });
        assertEquals(end, { kind: "outcome", outcome: { ready: tellers * generations, leaders: generations } });
      },
    ),
    { numRuns: runs(150) },
  );
});

Deno.test("barrier: it serves 1,000 generations in every mode", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { outcome } = await host.run(barrierProgram, { mode, parameters: { generations: 1000 } });
    assertEquals(outcome, { ready: 3000, leaders: 1000 }, mode);
  }
});
