import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { semaphoreProgram } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { checkEverywhere, randomRun, SHORT } from "./schedules.ts";

interface Outcome {
  readonly served: number;
  readonly most: number;
  readonly order: readonly number[];
}

const tellers = fc.integer({ min: 1, max: 8 });
const customers = fc.integer({ min: 1, max: 12 });

Deno.test("semaphore: all are served in every mode, never more at once than there are tellers", async () => {
  await using host = new Host();
  await checkEverywhere(host, semaphoreProgram, { pause: SHORT });
});

Deno.test("semaphore: random schedules serve all, and never more at once than there are tellers", () => {
  fc.assert(
    fc.property(tellers, customers, SHORT, fc.nat(), (tellers, customers, pause, schedule) => {
      const end = randomRun(semaphoreProgram, schedule, { parameters: { tellers, customers, pause } });
      assert(end.kind === "outcome");
      const { served, most, order } = end.outcome as Outcome;
      assertEquals(served, customers);
      assert(most <= tellers && most >= 1, `${most} of ${tellers}`);
      assertEquals(order.toSorted((a, b) => a - b), Array.from({ length: customers }, (_, index) => index));
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("semaphore: first come, first served, but for those who are called at once", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(tellers, customers, fc.nat(), async (tellers, customers, seed) => {
      const { outcome } = await host.run(semaphoreProgram, {
        mode: "direct",
        seed,
        parameters: { tellers, customers },
      });
      const { order, most } = outcome as Outcome;
      assertEquals(most, Math.min(tellers, customers));
      order.forEach((arrival, turn) => assert(Math.abs(arrival - turn) < tellers, `${order} with ${tellers} tellers`));
    }),
    { numRuns: runs(100) },
  );
});
