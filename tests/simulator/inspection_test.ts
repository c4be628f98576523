import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import fc from "fast-check";
import { logSink } from "../../lib/blocks/mod.ts";
import { abstract, defineSystem, delegate, DiagramBuilder, scalar } from "../../lib/diagram/mod.ts";
import { DiagramError, GuestError, RunningProcessError } from "../../lib/errors.ts";
import { Host, loadSystem, MODE_NAMES } from "../../lib/host/mod.ts";
import { type PartValues, Simulator } from "../../lib/simulator/mod.ts";
import { buildDiagram, diagramPlans } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";

const experiment = fc.record({
  plan: diagramPlans({ maxNodes: 3 }),
  mask: fc.nat(7),
  latencies: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
  times: fc.array(fc.integer({ min: 0, max: 30 }).map((k) => k / 30), { minLength: 1, maxLength: 3 }),
});

Deno.test("Simulator.inspect() tells of every part, however deep, the same in every mode, and changes nothing", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(experiment, async ({ plan, mask, latencies, times }) => {
      const told = await Promise.all(MODE_NAMES.map(async (mode) => {
        const system = await buildDiagram(plan, {
          modeOf: (node) => (mask >> plan.nodes.indexOf(node)) & 1 ? mode : "inline",
          latencyOf: (node) => latencies[plan.nodes.indexOf(node)] ?? 1,
        });
        await using simulator = new Simulator(system, { host });
        await simulator.initialize();
        const seen: Record<string, PartValues>[] = [];
        const error: Error = await simulator.inspect("no such part").catch((error) => error);
        assert(error instanceof DiagramError && error.message.startsWith("Cannot inspect part no such part"));
        const [, listed = ""] = /one of \((.*?)(?:, \.\.\. \d+ in all)?\) is wanted/.exec(error.message) ?? [];
        for (const time of times.toSorted((one, other) => one - other)) {
          await simulator.advanceTo(time);
          const all: Record<string, PartValues> = {};
          for (const path of ["", ...listed.split(", ")]) all[path] = await simulator.inspect(path);
          seen.push(all);
        }
        await simulator.advanceTo(1.2);
        await using undisturbed = new Simulator(system, { host });
        await undisturbed.initialize();
        await undisturbed.advanceTo(1.2);
        assertEquals(simulator.trace.rows(), undisturbed.trace.rows());
        return { seen, snapshot: await snapshotOf(simulator) };
      }));
      for (const other of told) assertEquals(other, told[0]);
    }),
    { numRuns: runs(6) },
  );
});

/** A snapshot as text; of a run whose process is in a wait, that it has none, wherever the process runs. */
async function snapshotOf(simulator: Simulator): Promise<string> {
  try {
    return JSON.stringify(await simulator.snapshot());
  } catch (error) {
    const refused = error instanceof GuestError ? error.cause : error;
    assertInstanceOf(refused, RunningProcessError);
    return "a process waits";
  }
}

for (const mode of MODE_NAMES) {
  Deno.test(`Simulator.inspect() reads the records of a far log sink, as copies, in ${mode} mode`, async () => {
    await using host = new Host();
    const sink = await loadSystem({ module: "holdfast:blocks", export: "logSink", argument: { period: 1 } });
    const builder = new DiagramBuilder("logged");
    for (
      const [name, part] of [["far", delegate(sink, { mode, period: 1, latency: 2 })], [
        "near",
        logSink({ period: 1 }),
      ]] as const
    ) {
      builder.exportInput(`${name}_u`, builder.add(name, part).input("u" as never));
    }
    await using simulator = new Simulator(builder.build(), { host });
    for (const name of ["far", "near"]) simulator.fix(`${name}_u`, 7);
    await simulator.initialize();
    await simulator.advanceTo(3);
    await simulator.advancePendingEvents();
    const [far, near] = [await simulator.inspect("far"), await simulator.inspect("near")];
    assertEquals(far.t, 3);
    assertEquals(far.state.log, near.state.log);
    (far.state.log as { length: number }).length = 0;
    assertEquals((await simulator.inspect("far")).state, near.state);
  });
}

Deno.test("Simulator.inspect() refuses what is not deterministic; what cannot be told ends no run", async () => {
  await using host = new Host();
  const bad = defineSystem({
    name: "bad",
    outputs: { y: { type: scalar(), value: () => 1 }, z: { type: abstract<unknown>(0), value: () => 0 } },
    state: { n: scalar() },
    update: { period: 1, run: ({ next }) => void next.n++ },
  });
  await using loose = new Simulator(delegate(bad, { mode: "direct", period: 1, deterministic: false }), { host });
  await loose.initialize();
  await assertRejects(() => loose.inspect("bad"), TypeError, "Cannot inspect bad: it is not deterministic");
  assertEquals((await loose.advanceTo(2)).reason, "reached-boundary", "a refusal ends no run");

  const picky = defineSystem({
    name: "picky",
    inputs: { u: scalar() },
    outputs: { y: { type: scalar(), value: ({ input }) => input.u } },
  });
  const builder = new DiagramBuilder("inner");
  builder.exportInput("u", builder.add("p", picky).input("u"));
  await using simulator = new Simulator(delegate(builder.build(), { mode: "direct", period: 1 }), { host });
  await assertRejects(() => simulator.inspect("inner"), TypeError, "not initialized");
  simulator.fix("u", 5);
  await simulator.initialize();
  assertEquals((await simulator.inspect("inner.p")).output, { y: 5 });
  await assertRejects(() => simulator.inspect("inner.q"), DiagramError, "one of (inner, inner.p) is wanted");
  assertEquals((await simulator.advanceTo(2)).reason, "reached-boundary");
});
