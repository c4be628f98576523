import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Diagram } from "../../lib/diagram/mod.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { Simulator } from "../../lib/simulator/mod.ts";
import { buildDiagram, diagramPlans, KINDS, type NodePlan } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";
import { type Flaw, FLAWS, Oracle, TICKS } from "./oracle.ts";

const ticks = (list: readonly number[]) => fc.constantFrom(...list).map((tick) => tick / TICKS);
const timing = fc.record({
  period: ticks([20, 30, 60, 60, 60, 75, 120, 180, 200]),
  offset: fc.oneof(fc.constant(0), ticks([20, 25, 30, 60, 100, 180])),
});
// What chooses its times is half of all nodes.
const chosen = ["alarm", "latch", "latch", "walker", "pacer", "ender"];
const plans = diagramPlans({ timing, maxNodes: 6, kinds: [...Object.keys(KINDS), ...chosen, ...chosen] });
/** Which nodes are delegated, how late their replies are, which share a guest, which are in inner diagrams, in which order they are added, where a run begins. */
const experiment = fc.record({
  plan: plans,
  mask: fc.nat(63),
  latencies: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 6, maxLength: 6 }),
  guests: fc.array(fc.constantFrom(undefined, "one", "one", "other"), { minLength: 6, maxLength: 6 }),
  groups: fc.nat(63),
  order: fc.nat(),
  start: fc.constantFrom(0, 0, 45, 60),
});
type Experiment = typeof experiment extends fc.Arbitrary<infer T> ? T : never;
const DURATION = 600;

async function build(
  { plan, mask, latencies, guests, groups, order }: Experiment,
  mode: (index: number) => string,
): Promise<Diagram> {
  const bit = (bits: number, node: NodePlan) => (bits >> plan.nodes.indexOf(node)) & 1;
  return await buildDiagram(plan, {
    modeOf: (node) => bit(mask, node) ? mode(plan.nodes.indexOf(node)) as "direct" : "inline",
    latencyOf: (node) => latencies[plan.nodes.indexOf(node)] ?? 1,
    guestOf: (node) => guests[plan.nodes.indexOf(node)],
    groupOf: (node) => bit(groups, node) ? "group" : undefined,
    order,
  });
}

async function rowsOf(system: Diagram, { host, start }: { host: Host; start: number }): Promise<number[][]> {
  await using simulator = new Simulator(system, { host });
  await simulator.initialize({ at: start / TICKS });
  await simulator.advanceTo((start + DURATION) / TICKS);
  return simulator.trace.rows();
}

function wantedRows(system: Diagram, { start, flaw }: { start: number; flaw?: Flaw }): number[][] {
  const oracle = new Oracle(system, flaw);
  oracle.initialize(start, { inputs: {}, t: undefined });
  oracle.advance(start + DURATION, { inclusive: false });
  return oracle.rows;
}

Deno.test("Random diagrams have the rows of a plain recursion in whole ticks, bit for bit, wherever they begin", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(experiment, async (experiment) => {
      const system = await build(experiment, () => "direct");
      assertEquals(await rowsOf(system, { host, start: experiment.start }), wantedRows(system, experiment));
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("In threads and processes, too, they have the rows of a plain recursion", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(experiment, async (experiment) => {
      const system = await build(experiment, (index) => MODE_NAMES[index % MODE_NAMES.length] ?? "direct");
      assertEquals(await rowsOf(system, { host, start: experiment.start }), wantedRows(system, experiment));
    }),
    { numRuns: runs(8) },
  );
});

for (const flaw of FLAWS) {
  Deno.test(`A flaw of the recursion is found within 10 diagrams: ${flaw}`, async () => {
    await using host = new Host();
    const plans = fc.sample(experiment, { numRuns: 10, seed: 7 });
    let found = false;
    for (const experiment of plans) {
      const system = await build(experiment, () => "direct");
      const { start } = experiment;
      found ||=
        JSON.stringify(await rowsOf(system, { host, start })) !== JSON.stringify(wantedRows(system, { start, flaw }));
    }
    assert(found);
  });
}
