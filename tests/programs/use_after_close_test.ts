import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { useAfterClose } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { bugOf, outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, randomRun, SHORT } from "./schedules.ts";

Deno.test("use-after-close: outcomes are declared in every mode; behind the latch all is written", async () => {
  await using host = new Host();
  await checkEverywhere(host, useAfterClose, { pause: SHORT, close: SHORT });
});

Deno.test("use-after-close: exploring names the use after the close", () => {
  const { kind, message, minimal } = bugOf(useAfterClose);
  assertEquals([kind, minimal], ["assertion", true]);
  assertEquals(
    message,
    "writer: AssertionError: Assertion failed: the file that is written to is open",
  );
});

Deno.test("use-after-close: behind the latch all interleavings write all", () => {
  const well = wellOf(useAfterClose, { variant: "latch" });
  assertEquals([well.verdict, outcomesOf(well)], ["proved", ["3"]]);
});

Deno.test("use-after-close: behind the latch all is written under random schedules", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), SHORT, SHORT, fc.nat(), (writes, pause, close, schedule) => {
      const end = randomRun(useAfterClose, schedule, { variant: "latch", parameters: { writes, pause, close } });
      assertEquals(end, { kind: "outcome", outcome: writes });
    }),
    { numRuns: runs(200) },
  );
});
