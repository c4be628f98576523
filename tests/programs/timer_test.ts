import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { dataText } from "../../lib/program/mod.ts";
import { timerProgram } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { wellOf } from "./explored.ts";
import { checkEverywhere, randomRun, SHORT } from "./schedules.ts";

Deno.test("timer: it runs once and never early in every mode; canceled before that never", async () => {
  await using host = new Host();
  await checkEverywhere(host, timerProgram, { interval: SHORT });
  for (const mode of MODE_NAMES) {
    const { independent } = await host.run(timerProgram, { mode });
    assertEquals(independent, { bell: 1, never: 0, cancelledLate: false, either: true }, mode);
  }
});

Deno.test("timer: it runs once, and a cancel says whether it came in time, under random schedules", () => {
  fc.assert(
    fc.property(SHORT, fc.nat(), (interval, schedule) => {
      const end = randomRun(timerProgram, schedule, { parameters: { interval } });
      assert(end.kind === "outcome");
      const { bell, never, maybe, cancelled, cancelledLate } = end.outcome as Record<string, unknown>;
      assertEquals([bell, never, cancelledLate, maybe], [1, 0, false, cancelled ? 0 : 1]);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("timer: exploring shows both ends of a cancel that comes at the time", () => {
  const { outcomes } = wellOf(timerProgram, { budget: 500 });
  // Other times come, and time passes, between the timer's own and its look at the clock.
  const ends = new Set(
    outcomes.map(({ outcome }) => dataText({ ...outcome as object, late: (outcome as { late: number }).late > 0 })),
  );
  assertEquals([...ends].toSorted(), [
    `{"bell":1,"cancelled":false,"cancelledLate":false,"late":false,"maybe":1,"never":0}`,
    `{"bell":1,"cancelled":false,"cancelledLate":false,"late":true,"maybe":1,"never":0}`,
    `{"bell":1,"cancelled":true,"cancelledLate":false,"late":false,"maybe":0,"never":0}`,
    `{"bell":1,"cancelled":true,"cancelledLate":false,"late":true,"maybe":0,"never":0}`,
  ]);
});
