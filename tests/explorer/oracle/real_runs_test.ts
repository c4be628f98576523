import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, type ModeName } from "../../../lib/host/mod.ts";
import { within } from "../../contracts/deadline.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import { runs } from "../../contracts/soak.ts";
import { explored } from "./agreement.ts";
import { type Plan, planned } from "./plans.ts";
import { agreedPlan } from "./random_plans.ts";
import { outcomeText } from "./texts.ts";

const isLong = runs(1) > 1;
const PLANS = isLong ? 1000 : 20;
const REPEATS = isLong ? 10 : 5;
const SCHEDULES = 1000;
const SECONDS = 20;

/** Acts that look at a clock: real time passes where nobody waits, too. */
const CLOCKED: readonly string[] = ["timer.tryRun", "own.later"];

async function outcomeOf(host: Host, mode: ModeName, plan: Plan, delays: number): Promise<string> {
  const parameters = { plan: JSON.stringify(plan), delays };
  const { outcome } = await within(SECONDS, host.run(planned, { mode, parameters, timeout: SECONDS / 2 }));
  return outcomeText(outcome);
}

/** Whether a real outcome is foretold. In a real run who waits for ever is told so, and others go on after that. */
function isIn(outcomes: ReadonlySet<string>, outcome: string): boolean {
  const isStuck = (text: string) => text.includes("DeadlockError");
  return outcomes.has(outcome) || (isStuck(outcome) && [...outcomes].some(isStuck));
}

Deno.test("what comes out of real runs of random programs is what the explorer says can come out", async () => {
  await using host = new Host();
  let delays = 0;
  await fc.assert(
    fc.asyncProperty(agreedPlan(CLOCKED), async (plan) => {
      const { outcomes, complete } = explored(plan, "operation", { schedules: SCHEDULES });
      fc.pre(complete);
      for (const mode of ELSEWHERE) {
        for (let run = 0; run < REPEATS; run++) {
          const outcome = await outcomeOf(host, mode, plan, ++delays);
          const is = isIn(outcomes, outcome) ? undefined : `${mode}: ${outcome}, not ${[...outcomes].join(" or ")}`;
          assertEquals(is, undefined);
        }
      }
    }),
    { numRuns: PLANS, endOnFailure: true },
  );
});
