import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { counter } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { bugOf, outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, randomRun } from "./schedules.ts";

const small = { tasks: 2, times: 2 };

Deno.test("counter: at most all count in every mode; atomic or locked, exactly all", async () => {
  await using host = new Host();
  await checkEverywhere(host, counter, { times: fc.integer({ min: 1, max: 50 }) });
});

Deno.test("counter: 4 x 20,000 in threads; atomic and locked none is lost", async () => {
  await using host = new Host();
  for (const [variant, least] of [["plain", 2], ["atomic", 80_000], ["locked", 80_000]] as const) {
    const { outcome, ok } = await host.run(counter, { mode: "thread", variant });
    assert(ok && (outcome as number) >= least && (outcome as number) <= 80_000, `${variant}: ${outcome}`);
  }
});

Deno.test("counter: exploring names the race, and its outcomes are those from 2 to all", () => {
  const { kind, message } = bugOf(counter, { parameters: small });
  assertEquals(kind, "race");
  assert(message.startsWith("a data race on value: nothing orders counter"), message);
  const complete = bugOf(counter, { parameters: small, keepGoing: true, strategy: "depth-first" });
  assertEquals([complete.exhausted, outcomesOf(complete)], [true, ["2", "3", "4"]]);
});

Deno.test("counter: atomic or locked, all interleavings count all", () => {
  for (const variant of ["atomic", "locked"]) {
    const well = wellOf(counter, { variant, parameters: small });
    assertEquals([variant, well.verdict, outcomesOf(well)], [variant, "proved", ["4"]]);
  }
});

Deno.test("counter: random schedules lose nothing, where it is atomic or locked, and never all but one", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("plain", "atomic", "locked"),
      fc.integer({ min: 2, max: 4 }),
      fc.integer({ min: 2, max: 6 }),
      fc.nat(),
      (variant, tasks, times, schedule) => {
        const end = randomRun(counter, schedule, { variant, parameters: { tasks, times } });
        assert(end.kind === "outcome" && typeof end.outcome === "number");
        if (variant === "plain") assert(end.outcome >= 2 && end.outcome <= tasks * times);
        else assertEquals(end.outcome, tasks * times);
      },
    ),
    { numRuns: runs(200) },
  );
});
