import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, type ModeName } from "../../../lib/host/mod.ts";
import { within } from "../../contracts/deadline.ts";
import { children, kill } from "../../contracts/children.ts";
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

/** Plans without daemons, which are stopped, and without errors as values: a real one's stack may not fit into a small queue. */
const plans = agreedPlan(["queue.put an error"]).filter(({ tasks }) => tasks.every(({ daemon }) => !daemon));

interface RealRun {
  readonly mode: ModeName;
  readonly delays: number;
  readonly gate: boolean;
}

async function outcomeOf(host: Host, plan: Plan, { mode, delays, gate }: RealRun): Promise<string> {
  const parameters = { plan: JSON.stringify(plan), delays, gate };
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
    fc.asyncProperty(plans, async (plan) => {
      const { outcomes, complete } = explored(plan, "operation", { schedules: SCHEDULES });
      fc.pre(complete);
      for (const mode of ELSEWHERE) {
        for (let run = 0; run < REPEATS; run++) {
          const outcome = await outcomeOf(host, plan, { mode, delays: ++delays, gate: true });
          const is = isIn(outcomes, outcome) ? undefined : `${mode}: ${outcome}, not ${[...outcomes].join(" or ")}`;
          assertEquals(is, undefined);
        }
      }
    }),
    { numRuns: PLANS, endOnFailure: true },
  );
});

/** Kills one of the processes that have come since, if there is any, after so many milliseconds. */
async function killOne(before: readonly number[], { after, which }: { after: number; which: number }): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, after));
  const come = (await children()).filter((pid) => !before.includes(pid));
  const victim = come[which % Math.max(1, come.length)];
  if (victim !== undefined) kill(victim);
}

Deno.test("what comes out of real runs with a kill is what the explorer says can come out with a death", async () => {
  const before = await children();
  let delays = 0;
  await using host = new Host();
  const kill = fc.record({ after: fc.integer({ min: 0, max: 8 }), which: fc.nat({ max: 5 }) });
  await fc.assert(
    fc.asyncProperty(plans, fc.array(kill, { minLength: 2, maxLength: 2 }), async (plan, kills) => {
      const { outcomes, complete } = explored(plan, "operation", { schedules: SCHEDULES, deaths: 1 });
      fc.pre(complete);
      for (const one of kills) {
        // A guest that dies before the run has begun is replaced, or it cannot begin.
        const running = outcomeOf(host, plan, { mode: "process", delays: ++delays, gate: false }).catch((error) => {
          if (error.name === "GuestDiedError") return undefined;
          throw error;
        });
        const [outcome] = await Promise.all([running, killOne(before, one)]);
        const is = outcome === undefined || isIn(outcomes, outcome)
          ? undefined
          : `${outcome}, not ${[...outcomes].join(" or ")}`;
        assertEquals(is, undefined);
      }
    }),
    { numRuns: PLANS / 2, endOnFailure: true },
  );
});
