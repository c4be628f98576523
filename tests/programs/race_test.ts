import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { race } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { checkEverywhere, randomEnds, SHORT } from "./schedules.ts";

Deno.test("race: an addition may be lost in every mode, but not all", async () => {
  await using host = new Host();
  await checkEverywhere(host, race, { pause: SHORT });
});

Deno.test("race: with a pause all read before any writes in direct mode, so one addition is left", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.nat(), async (tasks, seed) => {
      assertEquals((await host.run(race, { mode: "direct", seed, parameters: { tasks } })).outcome, 1);
    }),
    { numRuns: runs(30) },
  );
});

Deno.test("race: what random schedules end in is exactly what is declared", () => {
  assertEquals(randomEnds(race, 100, { parameters: { pause: 0 } }), ["1", "2"]);
});
