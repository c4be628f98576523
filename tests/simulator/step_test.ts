import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  abstract,
  defineSystem,
  delegate,
  DiagramBuilder,
  type EventStatus,
  type Ports,
  reachedTermination,
  scalar,
  type System,
  type Vector,
  vector,
} from "../../lib/diagram/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { compare, exact, Simulator, Timeline } from "../../lib/simulator/mod.ts";
import { timings } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";

/** Takes the value of its input at its period. */
function taker(period: number, initial: number) {
  return defineSystem({
    name: "taker",
    inputs: { u: scalar() },
    state: { x: scalar(initial) },
    outputs: { y: { type: scalar(), feedthrough: [], value: ({ state }) => state.x } },
    update: { period, run: ({ input, next }) => void (next.x = input.u) },
  });
}

Deno.test("Updates of one instant see the values before it: k steps of a permuted ring apply the permutation k times", async () => {
  const ring = fc.integer({ min: 1, max: 8 }).chain((n) => {
    return fc.tuple(fc.array(fc.nat(n - 1), { minLength: n, maxLength: n }), fc.nat(12));
  });
  await fc.assert(
    fc.asyncProperty(ring, async ([sources, k]) => {
      const builder = new DiagramBuilder("ring");
      const parts = sources.map((_, index) => builder.add(`p${index}`, taker(0.1, index)));
      sources.forEach((source, index) => builder.connect(parts[source]!.output("y"), parts[index]!.input("u")));
      parts.forEach((part, index) => builder.exportOutput(`y${index}`, part.output("y")));
      await using simulator = new Simulator(builder.build());
      await simulator.initialize();
      await simulator.advanceTo(k * 0.1);
      let expected = sources.map((_, index) => index);
      for (let step = 0; step < k; step++) expected = sources.map((source) => expected[source]!);
      assertEquals(sources.map((_, index) => simulator.context.output(`y${index}`)), expected);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("Two updates of one system at one instant see one state, and write one next state in declared order", async () => {
  const both = defineSystem({
    name: "both",
    state: { x: scalar(1), seen: scalar(0), v: vector(2) },
    update: [
      {
        period: 0.1,
        run: ({ state, next }) => {
          next.x = state.x + 1;
          next.v[0] = 5;
        },
      },
      {
        period: 0.1,
        run: ({ state, next }) => {
          next.seen = 100 * state.x + next.x;
          next.v[1] = next.v[0]! + state.v[0]!;
        },
      },
    ],
  });
  await using simulator = new Simulator(both);
  await simulator.initialize();
  await simulator.advanceTo(0.1);
  const { context } = simulator;
  assertEquals([context.state("x", "both"), context.state("seen", "both")], [2, 102]);
  assertEquals([...context.state("v", "both") as Vector], [5, 5]);
});

Deno.test("At t_k a publish sees the value before the release, an update and the row the released one", async () => {
  const seen: { at: string; t: number; u: number }[] = [];
  const look = defineSystem({
    name: "look",
    inputs: { u: scalar() },
    publish: { period: 0.1, run: ({ t, input }) => void seen.push({ at: "publish", t, u: input.u }) },
    update: { period: 0.1, run: ({ t, input }) => void seen.push({ at: "update", t, u: input.u }) },
  });
  const count = defineSystem({
    name: "count",
    state: { n: scalar(0) },
    outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
    update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
  });
  for (const delegated of [false, true]) {
    seen.length = 0;
    const builder = new DiagramBuilder("seen");
    const source = builder.add("count", delegated ? delegate(count, { mode: "direct", period: 0.1 }) : count);
    const sink = builder.add("look", look);
    builder.connect(source.output("n"), sink.input("u"));
    builder.exportOutput("n", source.output("n"));
    await using host = new Host();
    await using simulator = new Simulator(builder.build(), { host });
    await simulator.initialize();
    await simulator.advanceTo(0.5);
    const of = (at: string) => seen.filter((entry) => entry.at === at).map(({ u }) => u);
    assertEquals(of("publish"), delegated ? [0, 0, 1, 2, 3, 4] : [0, 1, 2, 3, 4, 5]);
    assertEquals(of("update"), [0, 1, 2, 3, 4]);
    assertEquals(simulator.trace.rows().map(([, n]) => n), of("update"));
  }
});

Deno.test("Per-step events run at every instant at which any periodic event is due", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(timings(), { minLength: 1, maxLength: 4 }), async (list) => {
      let published = 0;
      const steps = defineSystem({
        name: "steps",
        state: { n: scalar(0) },
        perStep: ({ state, next }) => void (next.n = state.n + 1),
        publishPerStep: () => void published++,
        publish: list.slice(1).map((timing) => ({ ...timing, run: () => {} })),
        update: { ...list[0]!, run: () => {} },
      });
      await using simulator = new Simulator(steps);
      await simulator.initialize();
      await simulator.advanceTo(1);
      const timeline = new Timeline(list);
      const start = { num: 0n, den: 1n };
      let [instant, before] = [timeline.instantAt(start) ?? timeline.next(start), 0];
      for (; compare(instant!.exact, exact(1)) < 0; instant = timeline.next(instant!.exact)) before++;
      assertEquals(simulator.context.state("n", "steps"), before);
      assertEquals(simulator.counters.steps, before);
      assertEquals(published, before + (compare(instant!.exact, exact(1)) === 0 ? 1 : 0));
    }),
    { numRuns: runs(100) },
  );
});

/** Initializes to one more than its input. */
const successor = defineSystem({
  name: "successor",
  inputs: { u: scalar(0, { optional: true }), first: scalar(0, { optional: true }) },
  state: { x: scalar(100), n: scalar(0) },
  outputs: { y: { type: scalar(), feedthrough: [], value: ({ state }) => state.x } },
  initialize: ({ input, next }) => void (next.x = input.u + 1),
  update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
});

Deno.test("Initialization runs in dependency order and updates nothing, whatever the names and the order of adding", async () => {
  await using host = new Host();
  const chain = fc.integer({ min: 1, max: 7 }).chain((n) => {
    return fc.record({
      names: fc.shuffledSubarray([..."abcdefg"], { minLength: n, maxLength: n }),
      order: fc.shuffledSubarray(Array.from({ length: n }, (_, index) => index), { minLength: n, maxLength: n }),
      mask: fc.nat(127),
    });
  });
  await fc.assert(
    fc.asyncProperty(chain, async ({ names, order, mask }) => {
      const builder = new DiagramBuilder("chain");
      const zero = builder.add(
        "zero",
        defineSystem({ name: "zero", outputs: { y: { type: scalar(), value: () => 0 } } }),
      );
      const parts = new Map(order.map((index) => {
        const system: System = (mask >> index) & 1 ? delegate(successor, { mode: "direct", period: 0.1 }) : successor;
        return [index, builder.add(names[index]!, system)] as const;
      }));
      for (const index of order) {
        builder.connect(
          index === 0 ? zero.output("y") : parts.get(index - 1)!.output("y"),
          parts.get(index)!.input("u"),
        );
      }
      names.forEach((_, index) => builder.exportOutput(`y${index}`, parts.get(index)!.output("y")));
      await using simulator = new Simulator(builder.build(), { host });
      const status = await simulator.initialize();
      assertEquals(status, { reason: "reached-boundary", t: 0, by: "", message: "" });
      names.forEach((_, index) => assertEquals(simulator.context.output(`y${index}`), index + 1));
      const inline = names.filter((_, index) => ((mask >> index) & 1) === 0);
      for (const name of inline) assertEquals(simulator.context.state("n", name), 0);
      assertEquals(simulator.counters, { steps: 0, initializations: inline.length, updates: 0, publishes: 0 });
      assertEquals(simulator.trace.length, 0);
    }),
    { numRuns: runs(60) },
  );
});

Deno.test("Systems on one loop initialize together, against the values before; those behind it after it", async () => {
  const builder = new DiagramBuilder("loop");
  const [one, other, behind] = ["c", "b", "a"].map((name) => builder.add(name, successor));
  builder.connect(one!.output("y"), other!.input("u"));
  builder.connect(other!.output("y"), one!.input("u"));
  builder.connect(other!.output("y"), behind!.input("u"));
  await using simulator = new Simulator(builder.build());
  await simulator.initialize();
  assertEquals(["c", "b", "a"].map((name) => simulator.context.output("y", name)), [101, 101, 102]);
});

Deno.test("Ports carry abstract values as they are: BigInt, Map, Date and typed arrays, inline and delegated", async () => {
  const values: unknown[] = [
    2n ** 80n,
    new Map<unknown, unknown>([["a", { b: [1, undefined, null] }]]),
    new Set([1, "2"]),
    new Date(1e12),
    Float32Array.of(1.5, NaN),
    BigInt64Array.of(-1n, 2n ** 62n),
    Uint8Array.of(1, 2, 255),
    "text",
    null,
    [{ deep: new Map([[1n, Uint16Array.of(7)]]) }],
  ];
  const passes = defineSystem({
    name: "passes",
    inputs: { u: abstract<unknown>("no value") },
    state: { x: abstract<unknown>("before") },
    outputs: {
      x: { type: abstract<unknown>("none"), feedthrough: [], value: ({ state }) => state.x },
      u: { type: abstract<unknown>("none"), value: ({ input }) => input.u },
    },
    update: { period: 0.1, run: ({ input, next }) => void (next.x = input.u) },
  });
  await using host = new Host();
  for (const system of [passes, delegate(passes, { mode: "direct", period: 0.1 })] as System<Ports, Ports>[]) {
    for (const value of values) {
      await using simulator = new Simulator(system, { host });
      simulator.fix("u", value);
      await simulator.initialize();
      assertEquals(simulator.context.output("x"), "before");
      await simulator.advanceTo(0.2);
      assertEquals(simulator.context.output("x"), value);
      assertEquals(simulator.context.output("u"), value);
      assertEquals(simulator.trace.row(0), [0], "abstract ports are not recorded");
    }
  }
});

Deno.test("A termination inside a delegated system holds its outputs of that instant, and survives a snapshot", async () => {
  const builder = new DiagramBuilder("short");
  builder.add(
    "far",
    delegate(
      defineSystem({
        name: "short",
        state: { n: scalar(0) },
        outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
        update: {
          period: 0.1,
          run: ({ state, next }): EventStatus | void => {
            next.n = state.n + 1;
            if (next.n === 3) return reachedTermination("enough");
          },
        },
      }),
      { mode: "direct", period: 0.1 },
    ),
  );
  const diagram = builder.build();
  await using host = new Host();
  const ends: unknown[] = [];
  await using simulator = new Simulator(diagram, { host });
  await simulator.initialize();
  await simulator.advanceTo(0.5);
  const saved = await simulator.snapshot();
  await simulator.advanceTo(1);
  ends.push(simulator.context.output("n", "far"));
  await using other = new Simulator(diagram, { host });
  await other.initialize();
  await other.restore(saved);
  await other.advanceTo(1);
  ends.push(other.context.output("n", "far"));
  assertEquals(ends, [3, 3]);
});

Deno.test("What a system throws reaches the caller, and ends the run", async () => {
  class OwnError extends Error {}
  const fails = (where: string) => {
    const fail = (at: string) => {
      if (at === where) throw new OwnError(`thrown in ${at}`);
    };
    return defineSystem({
      name: "fails",
      outputs: {
        y: {
          type: scalar(),
          value: ({ t }) => {
            if (t > 0) fail("output");
            return 1;
          },
        },
      },
      initialize: () => fail("initialize"),
      update: { period: 0.1, run: () => fail("update") },
      publish: { period: 0.1, run: () => fail("publish") },
      perStep: () => fail("per step"),
    });
  };
  for (const where of ["initialize", "publish", "update", "per step", "output", "monitor"]) {
    await using simulator = new Simulator(fails(where), {
      monitor: () => {
        if (where === "monitor") throw new OwnError("thrown in monitor");
      },
    });
    await assertRejects(
      async () => {
        await simulator.initialize();
        await simulator.advanceTo(0.3);
      },
      OwnError,
      `thrown in ${where}`,
    );
    await assertRejects(() => simulator.advanceTo(1), TypeError, "Cannot advance: the simulator is failed");
    await assertRejects(() => simulator.snapshot(), TypeError, "the simulator is failed");
  }
});

Deno.test("Updates of one system run in declared order, whoever else is there and whatever their timings", async () => {
  const periods = fc.shuffledSubarray([0.1, 0.2, 0.3], { minLength: 2, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(periods, fc.subarray(["a", "z"]), fc.constantFrom(0.1, 0.2, 0.3), async (list, others, other) => {
      const order: { t: number; index: number }[] = [];
      const builder = new DiagramBuilder("ordered");
      const idle = defineSystem({ name: "idle", update: { period: other, run: () => {} } });
      for (const name of others) builder.add(name, idle);
      const update = list.map((period, index) => ({
        period,
        run: ({ t }: { t: number }) => void order.push({ t, index }),
      }));
      builder.add(
        "m",
        defineSystem({ name: "m", update, perStep: ({ t }) => void order.push({ t, index: list.length }) }),
      );
      await using simulator = new Simulator(builder.build());
      await simulator.initialize();
      await simulator.advanceTo(1.3);
      const sorted = order.toSorted((one, other) => one.t - other.t || one.index - other.index);
      assertEquals(order, sorted);
    }),
    { numRuns: runs(60) },
  );
});
