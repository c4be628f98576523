import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { lockProgram } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { checkEverywhere, randomRun, SHORT } from "./schedules.ts";

Deno.test("lock: all additions count in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, lockProgram, { pause: SHORT });
});

Deno.test("lock: all additions count under random schedules, and critical sections never overlap", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), SHORT, fc.nat(), (tasks, pause, schedule) => {
      const end = randomRun(lockProgram, schedule, { parameters: { tasks, pause } });
      assertEquals(end, { kind: "outcome", outcome: tasks });
    }),
    { numRuns: runs(200) },
  );
});
