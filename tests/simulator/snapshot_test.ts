import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { logSink } from "../../lib/blocks/mod.ts";
import { delegate, DiagramBuilder, type System } from "../../lib/diagram/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { Simulator, type SimulatorSnapshot } from "../../lib/simulator/mod.ts";
import { buildDiagram, type DiagramPlan, diagramPlans } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";
import { ledger } from "../guests/systems.ts";
import { outcomeOf } from "./outcome.ts";

async function build(plan: DiagramPlan, mask: number): Promise<System> {
  return await buildDiagram(plan, {
    modeOf: (node) => (mask >> plan.nodes.indexOf(node)) & 1 ? "direct" : "inline",
  });
}

/** Times of a run: some on the grid of the periods, some anywhere. */
const time = fc.oneof(fc.integer({ min: 0, max: 30 }).map((k) => k / 30), fc.double({ min: 0, max: 1, noNaN: true }));

Deno.test("Simulator.restore() gives the same tail, in the same run and in another", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(
      diagramPlans(),
      fc.nat(255),
      fc.record({ at: time, elsewhere: time, pending: fc.boolean() }),
      async (plan, mask, { at, elsewhere, pending }) => {
        const system = await build(plan, mask);
        await using simulator = new Simulator(system, { host });
        await simulator.initialize();
        await simulator.advanceTo(at);
        if (pending) await simulator.advancePendingEvents();
        const before = await outcomeOf(system, simulator);
        const saved = await simulator.snapshot();
        const copy: SimulatorSnapshot = structuredClone(saved);
        await simulator.advanceTo(1);
        const straight = await outcomeOf(system, simulator);

        await simulator.restore(saved);
        assertEquals(await outcomeOf(system, simulator), before);
        await simulator.advanceTo(1);
        assertEquals(await outcomeOf(system, simulator), straight);
        assertEquals(saved, copy, "a snapshot stays as it was taken");

        await using other = new Simulator(system, { host });
        await other.initialize();
        await other.advanceTo(elsewhere);
        await other.restore(copy);
        const kept = other.trace.length;
        assertEquals((await outcomeOf(system, other)).final, before.final);
        await other.advanceTo(1);
        const again = await outcomeOf(system, other);
        assertEquals({ ...again, rows: again.rows.slice(kept), certificate: "" }, {
          ...straight,
          rows: straight.rows.slice(before.rows.length),
          certificate: "",
        });
      },
    ),
    { numRuns: runs(150) },
  );
});

Deno.test("Simulator.snapshot() holds copies of abstract states that grow in place", async () => {
  const builder = new DiagramBuilder("logged");
  const book = builder.add("book", ledger({ period: 0.1 }));
  const log = builder.add("log", logSink({ period: 0.1 }));
  builder.exportInput("u", book.input("u"));
  builder.exportInput("book", book.input("book"));
  builder.connect(book.output("total"), log.input("u"));
  await using simulator = new Simulator(builder.build());
  simulator.fix("u", 3);
  simulator.fix("book", { accounts: new Map([["far", 7n]]), last: Float64Array.of(1, 2, 3) });
  await simulator.initialize();
  await simulator.advanceTo(0.3);
  const saved = await simulator.snapshot();
  const logged = structuredClone(simulator.context.state("log", "log"));
  await simulator.advanceTo(1);
  const full = structuredClone(simulator.context.state("log", "log"));
  for (let round = 0; round < 2; round++) {
    await simulator.restore(saved);
    assertEquals(simulator.context.state("log", "log"), logged);
    await simulator.advanceTo(1);
    assertEquals(simulator.context.state("log", "log"), full);
  }
});

Deno.test("Simulator.snapshot() keeps fixed inputs", async () => {
  const hold = ledger({ period: 0.1 });
  await using simulator = new Simulator(hold);
  simulator.fix("u", 3);
  simulator.fix("book", { accounts: new Map(), last: new Float64Array(0) });
  await simulator.initialize();
  const saved = await simulator.snapshot();
  await simulator.advanceTo(0.2);
  const total = simulator.context.output("total");
  await simulator.restore(saved);
  simulator.fix("u", -1);
  await simulator.restore(saved);
  await simulator.advanceTo(0.2);
  assertEquals(simulator.context.output("total"), total);
});

Deno.test("Simulator.snapshot() refuses a run that is not deterministic; restore() refuses a snapshot of another system", async () => {
  await using host = new Host();
  const inner = (await build({ nodes: [] }, 0)) as System;
  const delegated = (deterministic: boolean) => {
    const builder = new DiagramBuilder("one");
    builder.add("far", delegate(inner, { mode: "direct", period: 0.1, deterministic }));
    return builder.build();
  };
  await using loose = new Simulator(delegated(false), { host });
  await loose.initialize();
  await assertRejects(
    () => loose.snapshot(),
    TypeError,
    "Cannot take a snapshot: far is not deterministic, a deterministic run is wanted",
  );
  await using strict = new Simulator(delegated(true), { host });
  await strict.initialize();
  await using plain = new Simulator(inner, { host });
  await plain.initialize();
  const saved = await plain.snapshot();
  await assertRejects(() => strict.restore(saved), TypeError, "Cannot restore: the snapshot has no far");
});
