import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  defineSystem,
  delegate,
  DiagramBuilder,
  reachedTermination,
  scalar,
  type System,
} from "../../lib/diagram/mod.ts";
import { GuestError } from "../../lib/errors.ts";
import { Host, loadSystem, MODE_NAMES, type ModeName } from "../../lib/host/mod.ts";
import { Simulator, type SimulatorSnapshot } from "../../lib/simulator/mod.ts";
import { buildDiagram, diagramPlans, SAVED } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";
import { outcomeOf } from "./outcome.ts";

const FAULTY = import.meta.resolve("../guests/faulty.ts");

Deno.test("delegate() takes latencies that are whole numbers from 1 up, of what is deterministic", () => {
  const system = defineSystem({ name: "still", outputs: { y: { type: scalar(), value: () => 1 } } });
  for (const latency of [0, -1, 1.5, NaN, Infinity, "2" as never]) {
    assertThrows(
      () => delegate(system, { mode: "direct", period: 1, latency }),
      RangeError,
      `Cannot delegate still: the latency is ${latency}, a whole number of periods from 1 up is wanted`,
    );
  }
  assertThrows(
    () => delegate(system, { mode: "direct", period: 1, latency: 2, deterministic: false }),
    TypeError,
    "Cannot delegate still with a latency of 2 periods: it is not deterministic",
  );
  assertEquals(delegate(system, { mode: "direct", period: 1, deterministic: false }).latency, 1);
  assertEquals(delegate(system, { mode: "direct", period: 1, latency: 7 }).latency, 7);
});

const experiment = fc.record({
  plan: diagramPlans({ maxNodes: 4, kinds: SAVED }),
  mask: fc.nat(15),
  latencies: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
  at: fc.integer({ min: 0, max: 30 }).map((k) => k / 30),
  pending: fc.boolean(),
});

Deno.test("A snapshot holds the requests in flight as values: the same in every mode, and any mode goes on from it", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(experiment, async ({ plan, mask, latencies, at, pending }) => {
      const build = async (mode: ModeName) =>
        await buildDiagram(plan, {
          modeOf: (node) => (mask >> plan.nodes.indexOf(node)) & 1 ? mode : "inline",
          latencyOf: (node) => latencies[plan.nodes.indexOf(node)] ?? 1,
        });
      const taken = await Promise.all(MODE_NAMES.map(async (mode) => {
        const system = await build(mode);
        await using simulator = new Simulator(system, { host });
        await simulator.initialize();
        await simulator.advanceTo(at);
        if (pending) await simulator.advancePendingEvents();
        const saved = JSON.stringify(await simulator.snapshot());
        await simulator.advanceTo(1.5);
        return { mode, saved, straight: await outcomeOf(system, simulator) };
      }));
      const [first] = taken;
      for (const { mode, saved, straight } of taken) {
        assertEquals(saved, first?.saved, `the snapshot in ${mode} mode`);
        assertEquals(straight, first?.straight, mode);
        const system = await build(mode);
        await using other = new Simulator(system, { host });
        await other.initialize();
        await other.advanceTo(0.7);
        await other.restore(JSON.parse(saved) as SimulatorSnapshot);
        const kept = other.trace.length;
        await other.advanceTo(1.5);
        const again = await outcomeOf(system, other);
        assertEquals(again.final, straight.final, mode);
        assertEquals(again.rows.slice(kept), straight.rows.slice(JSON.parse(saved).rows), mode);
      }
    }),
    { numRuns: runs(6) },
  );
});

Deno.test("A snapshot of another latency is refused", async () => {
  await using host = new Host();
  const system = defineSystem({ name: "still", outputs: { y: { type: scalar(), value: () => 1 } } });
  const simulators = [2, 3].map((latency) => {
    return new Simulator(delegate(system, { mode: "direct", period: 1, latency }), { host });
  });
  for (const simulator of simulators) await simulator.initialize();
  const saved = await simulators[0]!.snapshot();
  await simulators[0]!.restore(saved);
  const error = await simulators[1]!.restore(saved).catch((error) => error);
  assertInstanceOf(error, TypeError);
  assert(error.message.includes("at 1+0, latency 2, not as") && error.message.includes("latency 3"), error.message);
});

Deno.test("A far system that ends its run ends the whole when that reply is released, and end() forgets later ones", async () => {
  await using host = new Host();
  const ends = defineSystem({
    name: "ends",
    update: { period: 1, run: ({ t }) => t === 2 ? reachedTermination("enough") : undefined },
  });
  for (const latency of [1, 2, 3, 4]) {
    await using simulator = new Simulator(delegate(ends, { mode: "direct", period: 1, latency }), { host });
    await simulator.initialize();
    assertEquals((await simulator.advanceTo(2 + latency)).reason, "reached-boundary");
    assertEquals(await simulator.advancePendingEvents(), {
      reason: "reached-termination",
      t: 2 + latency,
      by: "ends",
      message: "enough",
    });
  }
});

for (const mode of MODE_NAMES) {
  Deno.test(`end() joins all requests in flight and surfaces the error of the oldest, in ${mode} mode`, async () => {
    await using host = new Host();
    const builder = new DiagramBuilder("two");
    for (const { name, at, latency } of [{ name: "a", at: 4, latency: 4 }, { name: "b", at: 3, latency: 3 }]) {
      const argument = { near: Deno.pid, direct: true, place: "update", fault: "throw", at };
      const system: System = await loadSystem({ module: FAULTY, export: "faulty", argument });
      const part = builder.add(name, delegate(system, { mode, period: 1, latency }));
      builder.exportInput(`u_${name}`, part.input("u"));
      builder.exportOutput(`y_${name}`, part.output("y"));
    }
    const simulator = new Simulator(builder.build(), { host });
    for (const name of ["a", "b"]) simulator.fix(`u_${name}`, 0);
    await simulator.initialize();
    await simulator.advanceTo(5);
    assertEquals([simulator.context.output("y_a"), simulator.context.output("y_b")], [1, 2]);
    const error = await simulator.end().catch((error) => error);
    assertInstanceOf(error, GuestError);
    assertEquals([error.guest, error.mode, error.phase], ["b", mode, "update"], error.message);
  });
}

Deno.test("A parameter is set once, whatever the latency: what is late is only what is shown", async () => {
  await using host = new Host();
  // Whoever is asked again names another time.
  const relative = defineSystem({
    name: "relative",
    state: { at: scalar(-1) },
    parameters: { after: scalar(10), scale: scalar(1) },
    outputs: { at: { type: scalar(), value: ({ state, parameter }) => state.at * parameter.scale } },
    update: { nextTime: ({ t, parameter }) => t + parameter.after, run: ({ t, next }) => void (next.at = t) },
  });
  const settings = fc.array(
    fc.record({ t: fc.integer({ min: 0, max: 20 }), after: fc.constantFrom(1, 1.5, 2, 7), scale: fc.boolean() }),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(settings, fc.integer({ min: 2, max: 5 }), async (list, latency) => {
      const shown = async (late: number) => {
        const builder = new DiagramBuilder("top");
        const far = builder.add("far", delegate(relative, { mode: "direct", period: 1, latency: late }));
        builder.exportOutput("at", far.output("at"));
        await using simulator = new Simulator(builder.build(), { host });
        await simulator.initialize();
        for (const { t, after, scale } of list.toSorted((one, other) => one.t - other.t)) {
          await simulator.advanceTo(t);
          simulator.setParameter("far", "after", after);
          if (scale) simulator.setParameter("far", "scale", t);
        }
        await simulator.advanceTo(40);
        return simulator.trace.rows().map(([, at]) => at);
      };
      const [one, more] = [await shown(1), await shown(latency)];
      assertEquals(more.slice(latency), one.slice(1, 1 + more.length - latency));
    }),
    { numRuns: runs(40), examples: [[[{ t: 2, after: 1.5, scale: false }], 3]] },
  );
});
