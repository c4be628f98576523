import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { clock } from "../../../lib/blocks/mod.ts";
import { delegate, type Diagram, DiagramBuilder } from "../../../lib/diagram/mod.ts";
import type { ModeName } from "../../../lib/host/mod.ts";
import { encode } from "../../../lib/codec/mod.ts";
import { Host, loadSystem, MODE_NAMES } from "../../../lib/host/mod.ts";
import { Simulator } from "../../../lib/simulator/mod.ts";
import {
  buildDiagram,
  type BuildOptions,
  type DiagramPlan,
  diagramPlans,
  type NodePlan,
  SAVED,
} from "../../arbitraries/diagrams.ts";
import { runs } from "../../contracts/soak.ts";
import { type Outcome, outcomeOf, simulate } from "../../simulator/outcome.ts";

const LAW = import.meta.resolve("../../guests/law.ts");
const DURATION = 1;

type Assignment = (node: NodePlan) => ModeName | "inline";

interface Experiment {
  readonly plan: DiagramPlan;
  /** Per node: inline, or delegated to one of the modes. */
  readonly delegated: readonly boolean[];
  readonly modes: readonly ModeName[];
  readonly order: number;
  readonly groups: readonly number[];
  readonly until: readonly number[];
}

const shape = {
  delegated: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  modes: fc.array(fc.constantFrom(...MODE_NAMES), { minLength: 6, maxLength: 6 }),
  order: fc.nat(),
  groups: fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }),
  until: fc.array(fc.integer({ min: 0, max: 100 * DURATION }), { maxLength: 5 })
    .map((list) => [...list.sort((one, other) => one - other).map((hundredths) => hundredths / 100), DURATION]),
};
const experiments: fc.Arbitrary<Experiment> = fc.record({ plan: diagramPlans({ maxNodes: 6 }), ...shape });
const savedExperiments: fc.Arbitrary<Experiment> = fc.record({
  plan: diagramPlans({ maxNodes: 6, kinds: SAVED }),
  ...shape,
});

/** The modes of an experiment, and the same nodes delegated in the caller. */
function assignments({ plan, delegated, modes }: Experiment): { modeOf: Assignment; inCaller: Assignment } {
  const index = (node: NodePlan) => plan.nodes.indexOf(node);
  return {
    modeOf: (node) => delegated[index(node)] ? modes[index(node)]! : "inline",
    inCaller: (node) => delegated[index(node)] ? "direct" : "inline",
  };
}

/** A tardy guest: when it acts, when it is asked, and where it runs. */
interface Tardy {
  readonly inner: { readonly period: number; readonly offset: number };
  readonly outer: { readonly period: number; readonly offset: number };
  readonly seed: number;
  readonly mode: ModeName;
}

function groupOf({ plan, groups }: Experiment): NonNullable<BuildOptions["groupOf"]> {
  return (node) => ["a", "b", undefined, undefined][groups[plan.nodes.indexOf(node)]!];
}

function assertSame(actual: Outcome, expected: Outcome, what: string): void {
  // The rows first: their difference says more than that of two certificates.
  assertEquals(actual.rows, expected.rows, what);
  assertEquals(actual, expected, what);
}

Deno.test("random diagrams have one outcome, for any assignment of modes, order, grouping and boundaries", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(experiments, async (experiment) => {
      const { plan, order, until } = experiment;
      const { modeOf, inCaller } = assignments(experiment);
      const plain = await simulate(await buildDiagram(plan, { modeOf: inCaller }), { host, until: [DURATION] });
      const built = await buildDiagram(plan, { modeOf, order, groupOf: groupOf(experiment) });
      assertSame(await simulate(built, { host, until }), plain, "in other modes");
    }),
    { numRuns: runs(40, { soak: 30 }) },
  );
});

Deno.test("random diagrams with any loops, all of whose nodes are delegated, have one outcome in all modes", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(
      diagramPlans({ maxNodes: 4, loops: "any" }),
      fc.nat(),
      async (plan, order) => {
        const outcomes = [];
        for (const mode of MODE_NAMES) {
          const built = await buildDiagram(plan, { modeOf: () => mode, ...mode === "direct" ? {} : { order } });
          outcomes.push(await simulate(built, { host, until: [DURATION] }));
        }
        const [direct, thread, process] = outcomes;
        assertSame(thread!, direct!, "in threads");
        assertSame(process!, direct!, "in processes");
      },
    ),
    { numRuns: runs(12, { soak: 33 }) },
  );
});

Deno.test("random diagrams have one outcome with warm guests and with fresh ones", async () => {
  await using warm = new Host();
  await using fresh = new Host({ fresh: true });
  await fc.assert(
    fc.asyncProperty(experiments, async (experiment) => {
      const diagram = await buildDiagram(experiment.plan, { modeOf: assignments(experiment).modeOf });
      const outcomes = [];
      for (const host of [warm, fresh, warm]) outcomes.push(await simulate(diagram, { host, until: experiment.until }));
      assertSame(outcomes[1]!, outcomes[0]!, "fresh");
      assertSame(outcomes[2]!, outcomes[0]!, "warm again");
    }),
    { numRuns: runs(5, { soak: 48 }) },
  );
});

Deno.test("a snapshot restores the tail of a run, in the run itself and in one whose modes are others", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(savedExperiments, fc.nat(60), fc.boolean(), async (experiment, hundredths, pending) => {
      const { modeOf, inCaller } = assignments(experiment);
      const diagram = await buildDiagram(experiment.plan, { modeOf });
      const other = await buildDiagram(experiment.plan, { modeOf: inCaller });
      await using simulator = new Simulator(diagram, { host });
      await simulator.initialize();
      await simulator.advanceTo(hundredths / 100);
      if (pending) await simulator.advancePendingEvents();
      const before = await outcomeOf(diagram, simulator);
      const saved = await simulator.snapshot();
      assertSame(await outcomeOf(diagram, simulator), before, "a snapshot changes nothing");
      await simulator.advanceTo(DURATION);
      const expected = await outcomeOf(diagram, simulator);

      await simulator.restore(saved);
      await simulator.advanceTo(DURATION);
      assertSame(await outcomeOf(diagram, simulator), expected, "restored in the run itself");

      await using second = new Simulator(other, { host });
      await second.initialize();
      await second.restore(structuredClone(saved));
      await second.advanceTo(DURATION);
      assertEquals(second.trace.rows(), expected.rows.slice(saved.rows), "restored in another run");
      assertEquals((await outcomeOf(other, second)).final, expected.final);
    }),
    { numRuns: runs(24, { soak: 33 }) },
  );
});

Deno.test("delays in guests change no value", async () => {
  await using host = new Host();
  const timing = fc.record({ period: fc.constantFrom(0.05, 0.1, 0.2), offset: fc.constantFrom(0, 0.05, 0.1) });
  const guest: fc.Arbitrary<Tardy> = fc.record({
    inner: timing,
    outer: timing,
    seed: fc.nat(1000),
    mode: fc.constantFrom(...MODE_NAMES),
  });
  /** A chain of tardy systems, the clock before the first. */
  const chain = async (guests: readonly Tardy[], most: number): Promise<Diagram> => {
    const builder = new DiagramBuilder("chain");
    let from = builder.add("clock", clock()).output("t");
    for (const [index, { inner, outer, seed, mode }] of guests.entries()) {
      const system = await loadSystem({ module: LAW, export: "tardy", argument: { ...inner, seed, most } });
      const part = builder.add(`guest${index}`, delegate(system, { mode, ...outer }));
      builder.connect(from, part.input("u") as Parameters<typeof builder.connect>[1]);
      from = part.output(index % 2 === 0 ? "both" : "y") as typeof from;
      builder.exportOutput(`y${index}`, part.output("y"));
      builder.exportOutput(`both${index}`, part.output("both"));
    }
    return builder.build();
  };
  await fc.assert(
    fc.asyncProperty(fc.array(guest, { minLength: 1, maxLength: 4 }), async (guests) => {
      const prompt = await simulate(await chain(guests, 0), { host, until: [0.5] });
      assertSame(await simulate(await chain(guests, 4), { host, until: [0.5] }), prompt, "with delays");
    }),
    { numRuns: runs(12) },
  );
});

Deno.test("abstract values are the same in all modes: Map, BigInt, typed arrays, undefined, NaN, -0", async () => {
  await using host = new Host();
  const some = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  const values = fc.oneof(some, fc.constantFrom(undefined, null, -0, NaN, -(10n ** 30n)));
  await fc.assert(
    fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 5 }), fc.boolean(), async (inputs, optional) => {
      const echo = await loadSystem({ module: LAW, export: "echo", argument: { optional } });
      const seen = [];
      for (const mode of MODE_NAMES) {
        await using simulator = new Simulator(delegate(echo, { mode, period: 1 }), { host });
        simulator.fix("u", inputs[0]);
        await simulator.initialize();
        const outputs = [simulator.context.output("u")];
        for (const [k, input] of inputs.entries()) {
          simulator.fix("u", input);
          await simulator.advanceTo(k);
          await simulator.advancePendingEvents();
          outputs.push(simulator.context.output("u"), simulator.context.output("last"));
        }
        seen.push(outputs);
      }
      const [direct, thread, process] = seen;
      // Those that were released: before event k the reply to request k - 1.
      const expected = [inputs[0], ...inputs.slice(0, -1)].flatMap((input, k) => {
        return k === 0 ? [inputs[0], inputs[0], undefined] : [input, input];
      });
      assertEquals(direct, expected.slice(0, 1 + 2 * inputs.length));
      assertEquals(thread, direct);
      assertEquals(process, direct);
      assertEquals(encode(thread), encode(direct));
      assertEquals(encode(process), encode(direct));
    }),
    { numRuns: runs(24, { soak: 33 }) },
  );
});

Deno.test("values of 5 MB cross in all modes", async () => {
  await using host = new Host();
  const echo = await loadSystem({ module: LAW, export: "echo" });
  const large = {
    bytes: new Uint8Array(5_000_000).map((_, index) => index * 7 + (index >> 8)),
    at: new Map([[1n, -0]]),
  };
  const expected = encode(large);
  for (const mode of MODE_NAMES) {
    await using simulator = new Simulator(delegate(echo, { mode, period: 1 }), { host });
    simulator.fix("u", large);
    await simulator.initialize();
    await simulator.advanceTo(3);
    assertEquals(encode(simulator.context.output("u")), expected, mode);
    assertEquals(encode(simulator.context.output("last")), expected);
  }
});

Deno.test("the golden certificates hold in each mode", async () => {
  interface Case {
    readonly name: string;
    readonly systems?: number;
    readonly innerPeriod?: number;
    readonly period: number;
    readonly duration: number;
    readonly rows?: number[][];
    readonly final?: number[];
    readonly certificate?: string;
  }
  const text = await Deno.readTextFile(new URL("../../../fixtures/golden.json", import.meta.url));
  const cases: Case[] = JSON.parse(text).cases.filter(({ name }: Case) => !name.startsWith("chain"));
  assert(cases.some(({ certificate }) => certificate !== undefined));
  await using host = new Host();
  for (const { name, systems = 1, period, innerPeriod = period, duration, rows, final, certificate } of cases) {
    const busy = await loadSystem({
      module: "holdfast:blocks",
      export: "busy",
      argument: { period: innerPeriod, burn: "none" },
    });
    for (const mode of MODE_NAMES) {
      const builder = new DiagramBuilder("golden");
      const time = builder.add("time", clock());
      for (let index = 0; index < systems; index++) {
        const part = builder.add(`busy${index}`, delegate(busy, { mode, period }));
        builder.connect(time.output("t"), part.input("u") as Parameters<typeof builder.connect>[1]);
        builder.exportOutput(`y${index}`, part.output("y"));
      }
      const outcome = await simulate(builder.build(), { host, until: [duration] });
      if (rows !== undefined) assertEquals(outcome.rows, rows, `${name}, ${mode}`);
      if (final !== undefined) assertEquals(Object.values(outcome.final), final, `${name}, ${mode}`);
      if (certificate !== undefined) assertEquals(outcome.certificate, certificate, `${name}, ${mode}`);
    }
  }
});
