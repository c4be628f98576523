import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { defineSystem, scalar } from "../../lib/diagram/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { eventTime, exactTiming, Simulator } from "../../lib/simulator/mod.ts";
import { buildDiagram, diagramPlans, type PlannedTiming, timings } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";
import { simulate } from "./outcome.ts";

function counter({ period, offset }: PlannedTiming) {
  return defineSystem({
    name: "counter",
    state: { n: scalar(0) },
    outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
    update: { period, offset, run: ({ state, next }) => void (next.n = state.n + 1) },
  });
}

Deno.test("Simulator.advanceTo() in many short advances gives what one long advance gives", async () => {
  await using host = new Host();
  const boundary = fc.oneof(
    fc.integer({ min: 0, max: 30 }).map((k) => k / 30),
    fc.integer({ min: 0, max: 100 }).map((k) => k * 0.01),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  await fc.assert(
    fc.asyncProperty(
      diagramPlans(),
      fc.nat(255),
      fc.array(boundary, { maxLength: 12 }),
      async (plan, mask, boundaries) => {
        const system = await buildDiagram(plan, {
          modeOf: (node) => (mask >> plan.nodes.indexOf(node)) & 1 ? "direct" : "inline",
        });
        const long = await simulate(system, { host, until: [1] });
        const short = await simulate(system, { host, until: [...boundaries.toSorted((a, b) => a - b), 1] });
        assertEquals(short, long);
      },
    ),
    { numRuns: runs(150) },
  );
});

Deno.test("Simulator.advanceTo() leaves the event at its boundary pending, whether the rationals are equal or the doubles", async () => {
  await fc.assert(
    fc.asyncProperty(timings(), fc.nat(60), fc.boolean(), async (timing, k, asDouble) => {
      const exactly = eventTime(exactTiming(timing), BigInt(k));
      const nearest = Number(exactly.num) / Number(exactly.den);
      const boundary = asDouble ? timing.offset + k * timing.period : nearest;
      await using simulator = new Simulator(counter(timing));
      await simulator.initialize();
      const { t } = await simulator.advanceTo(boundary);
      assertEquals(simulator.context.output("n"), k);
      assertEquals(t, timing.offset + k * timing.period, "t is that of the event");
      await simulator.advancePendingEvents();
      assertEquals([simulator.context.output("n"), simulator.context.t], [k + 1, t]);
      await simulator.advancePendingEvents();
      assertEquals(simulator.context.output("n"), k + 1, "nothing is pending");
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("Simulator.advanceTo() between events runs those before and none after", async () => {
  await fc.assert(
    fc.asyncProperty(timings(), fc.double({ min: 0, max: 3, noNaN: true }), async (timing, until) => {
      await using simulator = new Simulator(counter(timing));
      await simulator.initialize();
      await simulator.advanceTo(until);
      const { period, offset } = timing;
      const before = until <= offset ? 0 : Math.floor((until - offset) / period * (1 - 1e-12)) + 1;
      const at = Math.abs((until - offset) / period - Math.round((until - offset) / period)) < 1e-9;
      if (!at) assertEquals(simulator.context.output("n"), before);
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("30 periods of 1/30 end at 1, and 3 x 0.1 is 1 x 0.3", async () => {
  for (const [period, boundary, count] of [[1 / 30, 1, 30], [0.1, 0.3, 3], [0.1, 3 * 0.1, 3], [0.7, 2.1, 3]] as const) {
    await using simulator = new Simulator(counter({ period, offset: 0 }));
    await simulator.initialize();
    await simulator.advanceTo(boundary);
    assertEquals(simulator.context.output("n"), count);
  }
});

Deno.test("Simulator.advanceTo() the present instant changes nothing", async () => {
  await using simulator = new Simulator(counter({ period: 0.1, offset: 0 }));
  await simulator.initialize();
  assertEquals((await simulator.advanceTo(0)).t, 0);
  await simulator.advanceTo(3 * 0.1);
  await simulator.advanceTo(3 * 0.1);
  assertEquals([simulator.context.output("n"), simulator.context.t], [3, 3 * 0.1]);
});

Deno.test("Simulator.advanceTo() refuses the past, NaN and infinity, and stays usable", async () => {
  await using simulator = new Simulator(counter({ period: 0.1, offset: 0 }));
  await simulator.initialize();
  await simulator.advanceTo(1);
  for (const t of [0.5, -1, NaN, Infinity, -Infinity]) {
    await assertRejects(
      () => simulator.advanceTo(t),
      RangeError,
      `Cannot advance to ${t}: a finite time from 1 s on is wanted`,
    );
  }
  assertEquals((await simulator.advanceTo(2)).reason, "reached-boundary");
});

Deno.test("Simulator.advanceTo() of a system without events only moves time", async () => {
  const still = defineSystem({ name: "still", outputs: { t: { type: scalar(), value: ({ t }) => t } } });
  await using simulator = new Simulator(still);
  await simulator.initialize();
  const status = await simulator.advanceTo(1e9);
  assertEquals(status, { reason: "reached-boundary", t: 1e9, by: "", message: "" });
  assertEquals([simulator.context.output("t"), simulator.trace.length], [1e9, 0]);
});

Deno.test("The times of rows are offset + k * period, multiplied and never accumulated", async () => {
  await fc.assert(
    fc.asyncProperty(timings(), async (timing) => {
      const { rows } = await simulate(counter(timing), { until: [4] });
      rows.forEach(([t, n], k) => assertEquals([t, n], [timing.offset + k * timing.period, k]));
      assert(timing.offset + rows.length * timing.period >= 4 - 1e-12);
    }),
    { numRuns: runs(100) },
  );
});
