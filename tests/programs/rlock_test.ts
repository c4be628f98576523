import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { rlockProgram } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { checkEverywhere, randomRun, SHORT } from "./schedules.ts";

Deno.test("rlock: all deposits count in every mode", async () => {
  await checkEverywhere(rlockProgram, { pause: SHORT });
});

Deno.test("rlock: the outermost release alone lets the next task in, under random schedules", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(1000), SHORT, fc.nat(), (deposits, amount, pause, schedule) => {
      const end = randomRun(rlockProgram, schedule, { parameters: { deposits, amount, pause } });
      assertEquals(end, { kind: "outcome", outcome: deposits * amount });
    }),
    { numRuns: runs(200) },
  );
});
