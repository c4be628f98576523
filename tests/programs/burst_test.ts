import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { burst } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { wellOf } from "./explored.ts";
import { checkEverywhere, randomRun, SHORT } from "./schedules.ts";

interface Outcome {
  readonly produced: number;
  readonly consumed: number;
  readonly depth: number;
  readonly waited: number;
}

const bursts = fc.integer({ min: 1, max: 3 });
const maxsize = fc.integer({ min: 1, max: 5 });

Deno.test("burst: nothing is lost in any mode, with a bound or without", async () => {
  const parameters = { bursts, burst: fc.integer({ min: 1, max: 8 }), maxsize, pause: SHORT, work: SHORT };
  await using host = new Host();
  await checkEverywhere(host, burst, parameters);
  for (const mode of MODE_NAMES) {
    const { outcome, independent } = await host.run(burst, { mode });
    assertEquals(independent, { produced: 30, consumed: 30 }, mode);
    const { depth, waited } = outcome as Outcome;
    assert(depth <= 3 && waited > 0, `${mode}: ${depth} deep, ${waited} ms`);
  }
});

Deno.test("burst: in direct mode the depth is the bound or the burst, and only with a bound the producer waits", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(bursts, fc.integer({ min: 2, max: 20 }), maxsize, async (bursts, size, maxsize) => {
      const run = async (variant: string) => {
        // A burst is worked off before the next one comes.
        const parameters = { bursts, burst: size, maxsize, work: 0.005, pause: 0.005 * (size + 1) };
        return (await host.run(burst, { mode: "direct", variant, parameters })).outcome as Outcome;
      };
      const total = bursts * size;
      assertEquals(await run("unbounded"), { produced: total, consumed: total, depth: size, waited: 0 });
      const { depth, waited } = await run("bounded");
      assertEquals(depth, Math.min(size, maxsize));
      // The consumer takes the first at once, and then one every 5 ms.
      assertEquals(waited, bursts * 5 * Math.max(0, size - maxsize - 1));
    }),
    { numRuns: runs(50) },
  );
});

Deno.test("burst: nothing is lost under random schedules", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("bounded", "unbounded"),
      bursts,
      maxsize,
      SHORT,
      fc.nat(),
      (variant, bursts, maxsize, work, schedule) => {
        const end = randomRun(burst, schedule, { variant, parameters: { bursts, burst: 4, maxsize, work } });
        assert(end.kind === "outcome");
        const { produced, consumed, depth } = end.outcome as Outcome;
        assertEquals([produced, consumed], [4 * bursts, 4 * bursts]);
        assert(depth <= (variant === "bounded" ? maxsize : 4 * bursts));
      },
    ),
    { numRuns: runs(150) },
  );
});

Deno.test("burst: all interleavings of a burst of two hold, and they are few: a look at the queue is one action", () => {
  // Before each of the four looks at the clock time may have passed or not.
  for (const [variant, most] of [["bounded", 7096], ["unbounded", 7160]] as const) {
    const parameters = { bursts: 1, burst: 2, maxsize: 1 };
    const { verdict, outcomes, schedules } = wellOf(burst, { variant, parameters, strategy: "dpor" });
    assertEquals([variant, verdict], [variant, "proved"]);
    assert(schedules <= most, `${variant}: ${schedules} schedules`);
    const depths = outcomes.map(({ outcome }) => (outcome as Outcome).depth);
    assertEquals(Math.max(...depths), variant === "bounded" ? 1 : 2);
  }
});
