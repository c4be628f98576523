import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  defineSystem,
  delegate,
  type Diagram,
  DiagramBuilder,
  type EventStatus,
  reachedTermination,
  scalar,
  type System,
} from "../../lib/diagram/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { Simulator } from "../../lib/simulator/mod.ts";
import { runs } from "../contracts/soak.ts";

type Moment = "initialize" | "update" | "publish";

/** Counts its updates, and ends the run at a moment of second `at`. */
function ends(moment: Moment, at: number) {
  const maybe = (now: Moment, t: number): EventStatus | void => {
    if (now === moment && t === at) return reachedTermination(`enough by ${now}`);
  };
  return defineSystem({
    name: "ends",
    state: { n: scalar() },
    outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
    initialize: ({ t }) => maybe("initialize", t),
    update: {
      period: 1,
      run: ({ t, state, next }) => {
        next.n = state.n + 1;
        return maybe("update", t);
      },
    },
    publish: { period: 1, run: ({ t }) => maybe("publish", t) },
  });
}

function inside(part: System): Diagram {
  const builder = new DiagramBuilder("box");
  builder.exportOutput("n", builder.add("inner", part).output("n" as never));
  return builder.build();
}

Deno.test("A far system that ends its run ends the whole at its next release, and names itself", async () => {
  await using host = new Host();
  const cases = fc.record({
    moment: fc.constantFrom<Moment>("update", "publish"),
    at: fc.integer({ min: 0, max: 5 }),
    nested: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ moment, at, nested }) => {
      const system = nested ? inside(ends(moment, at)) : ends(moment, at);
      const builder = new DiagramBuilder("whole");
      builder.exportOutput(
        "n",
        builder.add("far", delegate(system, { mode: "direct", period: 1 })).output("n" as never),
      );
      await using simulator = new Simulator(builder.build(), { host });
      assertEquals(
        (await simulator.initialize()).reason,
        moment === "publish" && at === 0 ? "reached-termination" : "reached-boundary",
      );
      const status = await simulator.advanceTo(10);
      const by = nested ? "far.inner" : "far";
      // What a publish of the initialization says ends that, and not what follows.
      if (moment === "publish" && at === 0) return assertEquals(status.reason, "reached-boundary");
      assertEquals(status, { reason: "reached-termination", t: at + 1, by, message: `enough by ${moment}` });
      assertEquals(simulator.context.output("n"), moment === "update" ? at + 1 : at);
      const saved = await simulator.snapshot();
      for (let round = 0; round < 2; round++) {
        const { reason, t } = await simulator.advanceTo(10);
        assertEquals({ reason, t }, { reason: "reached-boundary", t: 10 }, "it is told once, also past a snapshot");
        await simulator.restore(saved);
      }
    }),
    { numRuns: runs(30) },
  );
});

Deno.test("A far system that ends its run at initialization ends initialize(), in each mode that has the same code", async () => {
  await using host = new Host();
  for (const at of [0, 2]) {
    await using simulator = new Simulator(delegate(ends("initialize", at), { mode: "direct", period: 1 }), { host });
    const status = await simulator.initialize({ at });
    assertEquals(status, { reason: "reached-termination", t: at, by: "ends", message: "enough by initialize" });
  }
});
