import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { conditionProgram } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { bugOf, outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, randomEnds, randomRun, SHORT } from "./schedules.ts";

Deno.test("condition: first come, first served in every mode; the teller is left, or goes home", async () => {
  await using host = new Host();
  await checkEverywhere(host, conditionProgram, { pause: SHORT, customers: fc.integer({ min: 1, max: 3 }) });
  for (const mode of MODE_NAMES) {
    const message = "Cannot go on: task teller waits for changed (waitUntil)";
    const plain = await host.run(conditionProgram, { mode });
    assertEquals(plain.outcome, { failed: [{ task: "teller", error: "DeadlockError", message }] }, mode);
    const closing = await host.run(conditionProgram, { mode, variant: "closing" });
    assertEquals(closing.outcome, [0, 1, 2, 3, 4], mode);
  }
});

Deno.test("condition: exploring names the teller that is left, on every schedule", () => {
  const { kind, message, preemptions } = bugOf(conditionProgram);
  assertEquals([kind, preemptions], ["deadlock", 0]);
  assertEquals(message, "Cannot go on: task teller waits for changed (waitUntil)");
  const all = bugOf(conditionProgram, { parameters: { customers: 1 }, strategy: "dpor", keepGoing: true });
  assertEquals([all.exhausted, outcomesOf(all).length], [true, 1]);
  assertEquals(randomEnds(conditionProgram, 50), ["deadlock of teller"]);
});

Deno.test("condition: where the bank closes, all interleavings of one customer end; two are not exhausted", () => {
  const one = wellOf(conditionProgram, { variant: "closing", parameters: { customers: 1 }, strategy: "dpor" });
  assertEquals([one.verdict, outcomesOf(one)], ["proved", ["[0]"]]);
  const two = wellOf(conditionProgram, { variant: "closing", parameters: { customers: 2 }, budget: runs(2000) });
  assertEquals([two.verdict, outcomesOf(two)], ["not-exhausted", ["[0,1]"]]);
});

Deno.test("condition: where the bank closes, customers are served in order under random schedules", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), SHORT, fc.nat(), (customers, pause, schedule) => {
      const end = randomRun(conditionProgram, schedule, { variant: "closing", parameters: { customers, pause } });
      assert(end.kind === "outcome");
      assertEquals(end.outcome, Array.from({ length: customers }, (_, index) => index));
    }),
    { numRuns: runs(150) },
  );
});
