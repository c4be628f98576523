import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { logSink } from "../../lib/blocks/mod.ts";
import { encode } from "../../lib/codec/mod.ts";
import {
  abstract,
  defineSystem,
  delegate,
  DiagramBuilder,
  type PortType,
  scalar,
  type System,
  vector,
} from "../../lib/diagram/mod.ts";
import { GuestError } from "../../lib/errors.ts";
import { Host } from "../../lib/host/mod.ts";
import { Simulator, type SimulatorSnapshot } from "../../lib/simulator/mod.ts";
import { buildDiagram, type DiagramPlan, diagramPlans, SAVED } from "../arbitraries/diagrams.ts";
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
      diagramPlans({ kinds: SAVED }),
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
        const copy: SimulatorSnapshot = JSON.parse(JSON.stringify(saved));
        assertEquals(copy, saved, "it is JSON");
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
  await assertRejects(
    () => strict.restore(saved),
    TypeError,
    "Cannot restore one to t=0: the snapshot has a part axis, one of the same system",
  );
});

Deno.test("Simulator.restore() refuses a snapshot of another grid, of other states, with parts missing or broken, and goes on", async () => {
  const leaf = (period: number, state: Record<string, PortType>) => {
    const builder = new DiagramBuilder("top");
    builder.add("leaf", defineSystem({ name: "leaf", state, update: { period, run: () => {} } }) as System);
    return builder.build();
  };
  const system = leaf(0.1, { x: scalar(), a: abstract<unknown>(0), v: vector(2) });
  await using simulator = new Simulator(system);
  await simulator.initialize();
  await simulator.advanceTo(0.5);
  const good = await simulator.snapshot();
  const others: [System, string][] = [
    [
      leaf(0.2, { x: scalar(), a: abstract<unknown>(0), v: vector(2) }),
      "has leaf as leaf(x: scalar, a: abstract, v: vector(2))() at 0.2+0, not as",
    ],
    [leaf(0.1, { x: scalar(), a: abstract<unknown>(0), v: vector(3) }), "v: vector(3))() at 0.1+0, not as"],
    [leaf(0.1, { x: scalar(), b: abstract<unknown>(0), v: vector(2) }), "has leaf as"],
    [new DiagramBuilder("empty").build(), "has no leaf, one of the same system is wanted"],
  ];
  for (const [other, message] of others) {
    await using stranger = new Simulator(other);
    await stranger.initialize();
    await assertRejects(async () => simulator.restore(await stranger.snapshot()), TypeError, message);
  }
  const { leaf: part } = good.parts;
  const broken = (state: Record<string, unknown>) => {
    return { ...good, parts: { leaf: { ...part!, state: { ...part!.state, ...state } } } } as SimulatorSnapshot;
  };
  const wrong: [SimulatorSnapshot, string][] = [
    [broken({ x: "one" }), "Cannot restore state leaf.x: the snapshot has string, not a number"],
    [broken({ v: [1] }), "Cannot restore state leaf.v: the snapshot has an array, not 2 numbers"],
    [broken({ v: [1, null] }), "Cannot restore state leaf.v"],
    [broken({ a: "?" }), "Cannot restore state leaf.a: the snapshot has string, not bytes in base64"],
    [{ ...good, time: ["1", "0"] }, "the snapshot's time is 1/0"],
  ];
  for (const [saved, message] of wrong) await assertRejects(() => simulator.restore(saved), TypeError, message);
  await simulator.restore(good);
  assertEquals((await simulator.advanceTo(1)).reason, "reached-boundary");
});

Deno.test("Numbers that JSON has not, and any abstract value, are in a snapshot exactly", async () => {
  const values = fc.record({
    x: fc.double(),
    v: fc.array(fc.double(), { minLength: 2, maxLength: 2 }),
    a: fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
  });
  await fc.assert(
    fc.asyncProperty(values, async ({ x, v, a }) => {
      const state = { x: scalar(), v: vector(2), a: abstract<unknown>(0) };
      const system = defineSystem({
        name: "one",
        state,
        initialize: ({ next }) => void ([next.x, next.v, next.a] = [x, Float64Array.from(v), a]),
      });
      const seen = [];
      for (let round = 0; round < 2; round++) {
        await using simulator = new Simulator(system);
        await simulator.initialize();
        const saved = await simulator.snapshot();
        await using other = new Simulator(defineSystem({ name: "one", state }));
        await other.initialize();
        await (round === 0 ? simulator : other).restore(JSON.parse(JSON.stringify(saved)));
        const { context } = round === 0 ? simulator : other;
        seen.push(encode(["x", "v", "a"].map((name) => context.state(name, "one"))));
      }
      assertEquals(seen[0], seen[1]);
      assertEquals(seen[0], encode([x, v, a]));
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Simulator.restore() refuses what is no snapshot, its text too", async () => {
  await using simulator = new Simulator(defineSystem({ name: "one", state: { x: scalar() } }));
  await simulator.initialize();
  const { parts: _, ...rest } = await simulator.snapshot();
  for (
    const [saved, is] of [
      [JSON.stringify(rest), "the snapshot is string, an object"],
      [undefined, "the snapshot is undefined"],
      [null, "the snapshot is null"],
      [{}, "t of the snapshot is undefined, a finite number"],
      [rest, "parts of the snapshot is undefined, an object"],
    ] as const
  ) {
    const message = `Cannot restore: ${is}`;
    await assertRejects(async () => await simulator.restore(saved as never), TypeError, message);
  }
});

/** Where the values of JSON stand. */
function placesIn(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...at, key]))];
}

/** The same JSON with another value there, or none. */
function changedAt(text: string, { place, to }: { place: readonly string[]; to: unknown }): unknown {
  const whole = { root: JSON.parse(text) };
  const [last, ...before] = ["root", ...place].toReversed();
  const around = before.toReversed().reduce<Record<string, unknown>>((at, key) => at[key] as never, whole);
  if (to === undefined) delete around[last!];
  else around[last!] = to;
  return whole.root;
}

Deno.test("A snapshot that is broken anywhere is refused by name and changes nothing, unless a far side refuses it: then the run may begin anew", async () => {
  await using host = new Host();
  const leaf = defineSystem({
    name: "leaf",
    inputs: { u: scalar(0, { optional: true }) },
    state: { x: scalar(), v: vector(2), a: abstract<unknown>([1]) },
    parameters: { p: scalar(2) },
    outputs: { x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x } },
    update: [
      { nextTime: ({ t, parameter }) => t + parameter.p, run: ({ state, next }) => void (next.x = state.x + 1) },
      { trigger: "u", run: ({ next }) => void (next.v = [1, 2]) },
    ],
    *process({ again }) {
      return again(1, [7]);
    },
  });
  const builder = new DiagramBuilder("top");
  builder.exportInput("u", builder.add("near", leaf).input("u"));
  const far = builder.add("far", delegate(leaf, { mode: "direct", period: 1, latency: 2 }));
  builder.exportOutput("x", far.output("x"));
  const system = builder.build();
  await using first = new Simulator(system, { host });
  first.fix("u", 0);
  await first.initialize();
  await first.advanceTo(2.5);
  first.setParameter("far", "p", 1);
  const text = JSON.stringify(await first.snapshot());
  const places = placesIn(JSON.parse(text));
  await using simulator = new Simulator(system, { host });
  await simulator.initialize();
  const run = async (place: readonly string[], to: unknown) => {
    await simulator.advanceTo(simulator.context.t + 0.5);
    const before = JSON.stringify(await simulator.snapshot());
    const broken = changedAt(text, { place, to }) as SimulatorSnapshot;
    const error = await simulator.restore(broken).then(() => undefined, (error: unknown) => error as Error);
    if (error === undefined) {
      await simulator.restore(JSON.parse(before) as SimulatorSnapshot);
    } else {
      assert(/^Cannot (restore\b|set parameter )/.test(error.message), `${place.join(".")}: ${error}`);
      if (error instanceof GuestError) await simulator.initialize();
      else assertEquals(JSON.stringify(await simulator.snapshot()), before, place.join("."));
    }
  };
  const value = fc.constantFrom<unknown[]>(undefined, null, "x", 7, 0.5, {}, [], [null]);
  await fc.assert(fc.asyncProperty(fc.constantFrom(...places), value, run), {
    numRuns: runs(300),
    examples: [[[], null], [["delegated", "far"], null], [["delegated", "far", "set", "0", "name"], "toString"]],
  });
});
