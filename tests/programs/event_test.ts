import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { eventProgram } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, randomRun, SHORT } from "./schedules.ts";

Deno.test("event: all get through both gates in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, eventProgram, { pause: SHORT });
});

Deno.test("event: nobody gets through a gate before it opens, under random schedules", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), SHORT, fc.nat(), (customers, pause, schedule) => {
      const end = randomRun(eventProgram, schedule, { parameters: { customers, pause } });
      assertEquals(end, { kind: "outcome", outcome: { entered: customers, withdrew: customers } });
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("event: all interleavings of two customers hold", () => {
  const well = wellOf(eventProgram, { parameters: { customers: 2 }, strategy: "dpor", budget: 20_000 });
  assertEquals([well.verdict, outcomesOf(well)], ["proved", [`{"entered":2,"withdrew":2}`]]);
});
