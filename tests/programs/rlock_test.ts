import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { explore } from "../../lib/explorer/mod.ts";
import { rlockProgram } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { checkEverywhere, randomRun, SHORT } from "./schedules.ts";

Deno.test("rlock: all deposits count in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, rlockProgram, { pause: SHORT });
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

Deno.test("rlock: all interleavings hold, and they are few: a look at the depth is one action", () => {
  const { verdict, schedules } = explore(rlockProgram, { strategy: "dpor" });
  assertEquals(verdict, "proved");
  assert(schedules <= 312, `${schedules} schedules`);
});
