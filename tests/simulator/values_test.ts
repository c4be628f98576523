import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../lib/codec/mod.ts";
import {
  abstract,
  type Context,
  defineSystem,
  delegate,
  DiagramBuilder,
  failed,
  type LeafSystem,
  type Ports,
  scalar,
  type System,
  vector,
} from "../../lib/diagram/mod.ts";
import { directHost, Host } from "../../lib/host/mod.ts";
import { Simulator, type SimulatorOptions } from "../../lib/simulator/mod.ts";
import { buildDiagram, diagramPlans, SAVED } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";

type Numbers = Record<number, number>;

/** Counts, in values that it makes anew or changes in place and shows again. */
function source(type: Ports[string], value: (n: number) => unknown): LeafSystem {
  return defineSystem({
    name: "source",
    state: { n: scalar() },
    outputs: { y: { type, value: ({ state }) => value(state.n) as never } },
    update: { period: 1, run: ({ state, next }) => void (next.n = state.n + 1) },
  }) as LeafSystem;
}

/** The input at each second, as kept by a system that keeps what it is handed. */
async function keptBy(type: Ports[string], make: () => LeafSystem, wrap: (system: System) => System) {
  const keeper = defineSystem({
    name: "keeper",
    inputs: { u: type },
    state: { all: abstract<unknown[]>([]) },
    outputs: { all: { type: abstract<unknown[]>([]), feedthrough: [], value: ({ state }) => state.all } },
    update: { period: 1, run: ({ input, state, next }) => void (next.all = [...state.all, input.u]) },
  }) as LeafSystem;
  const builder = new DiagramBuilder("kept");
  const part = builder.add("keeper", wrap(keeper));
  builder.connect(builder.add("source", make()).output("y"), part.input("u"));
  builder.exportOutput("all", part.output("all"));
  await using simulator = new Simulator(builder.build(), { host: directHost({ now: () => 0 }) });
  await simulator.initialize();
  await simulator.advanceTo(4.5);
  return simulator.context.output("all");
}

Deno.test("An input that is kept stays what it was, inline as delegated, whatever its source does with it afterwards", async () => {
  const buffer = new Float64Array(1);
  const data = { n: 0, deep: [{ n: 0 }] };
  const map = new Map([["n", 0]]);
  const kinds: [Ports[string], (n: number) => unknown, (n: number) => unknown][] = [
    [vector(1), (n) => [n], (n) => [n]],
    [vector(1), (n) => (buffer[0] = n, buffer), (n) => [n]],
    [abstract<unknown>(0), (n) => (data.n = n, data.deep[0]!.n = n, data), (n) => ({ n, deep: [{ n }] })],
    [abstract<unknown>(0), (n) => map.set("n", n), (n) => new Map([["n", n]])],
    [abstract<unknown>(0), (n) => (buffer[0] = n, buffer), (n) => Float64Array.of(n)],
  ];
  for (const [type, value, wanted] of kinds) {
    const inline = await keptBy(type, () => source(type, value), (keeper) => keeper);
    const delegated = await keptBy(
      type,
      () => source(type, value),
      (keeper) => delegate(keeper, { mode: "direct", period: 1 }),
    );
    assertEquals(inline, [0, 1, 2, 3, 4].map(wanted));
    assertEquals(delegated, [0, 1, 2, 3].map(wanted), "what was posted at 4 is shown at 5");
  }
});

Deno.test("A function that writes what it was handed, by a cast, throws or changes nothing", async () => {
  // deno-lint-ignore no-explicit-any -- what a cast makes of it
  const writes: Record<string, (values: Record<string, any>) => void> = {
    vector: ({ v }) => v[0] = 9,
    data: ({ data }) => data.n += 9,
    list: ({ data }) => data.list.push(9),
    map: ({ map }) => map.set("a", 9),
    date: ({ date }) => date.setTime(9),
    typed: ({ typed }) => typed[0] = 9,
  };
  const types = {
    v: vector(1),
    data: abstract({ n: 0, list: [] as number[] }),
    map: abstract(new Map([["a", 0]])),
    date: abstract(new Date(0)),
    typed: abstract(new Uint8Array(1)),
  };
  const places = ["publish", "update", "output"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(writes)),
      fc.constantFrom(...places),
      fc.boolean(),
      async (what, place, contracts) => {
        const write = writes[what]!;
        const system = defineSystem({
          name: "writer",
          state: types,
          outputs: { y: { type: scalar(), value: ({ state }) => (place === "output" ? write(state) : 0, 0) } },
          publish: { period: 1, run: ({ state }) => place === "publish" ? write(state) : undefined },
          update: { period: 1, run: ({ state }) => place === "update" ? write(state) : undefined },
        });
        await using simulator = new Simulator(system, { contracts });
        const work = async () => {
          await simulator.initialize();
          await simulator.advanceTo(1.5);
        };
        // What cannot be frozen is handed out as a copy, which only a check of contracts looks at again.
        if (what !== "typed") await assertRejects(work, TypeError);
        else if (contracts) await assertRejects(work, TypeError, "writer.typed in place, a copy of it is wanted");
        else await work();
        for (const [name, { initial }] of Object.entries(types)) {
          assertEquals<unknown>(simulator.context.state(name, "writer"), initial);
        }
      },
    ),
    { numRuns: runs(60) },
  );
});

Deno.test("A handler that is not done when it returns is refused, whichever it is, and the state stays", async () => {
  const unfinished: [string, () => never][] = [
    ["a promise", (async () => await Promise.reject(new Error("late"))) as () => never],
    ["an iterator", function* () {} as () => never],
  ];
  const state = { n: scalar() };
  for (const [is, run] of unfinished) {
    const systems: [Partial<Parameters<typeof defineSystem>[0]>, SimulatorOptions?][] = [
      [{ initialize: run }],
      [{ update: { period: 1, run } }],
      [{ perStep: run, publish: { period: 1, run: () => {} } }],
      [{ publish: { period: 1, run } }],
      [{ publishPerStep: run, update: { period: 1, run: () => {} } }],
      [{}, { monitor: run }],
    ];
    for (const [parts, options] of systems) {
      await using simulator = new Simulator(defineSystem({ name: "late", state, ...parts } as never), options);
      const error = await assertRejects(async () => {
        await simulator.initialize();
        await simulator.advanceTo(2);
      }, TypeError);
      const who = options === undefined ? "late" : "the monitor";
      assertStringIncludes(
        error.message,
        `Cannot run an event of ${who}: its handler returned ${is}, nothing`,
      );
    }
  }
});

Deno.test("An update that fails leaves the state of all systems of its instant as it was", async () => {
  const builder = new DiagramBuilder("two");
  const state = { x: scalar(), v: vector(1) };
  const update = (fails: boolean) => ({
    period: 1,
    run: ({ next }: { next: { x: number; v: Numbers } }) => {
      next.x = 7;
      next.v[0] = 7;
      return fails ? failed("no") : undefined;
    },
  });
  for (const name of ["a", "b"]) builder.add(name, defineSystem({ name, state, update: update(name === "b") }));
  await using simulator = new Simulator(builder.build());
  await simulator.initialize();
  await assertRejects(() => simulator.advanceTo(1));
  for (const name of ["a", "b"]) {
    assertEquals([simulator.context.state("x", name), simulator.context.state("v", name)], [0, [0]]);
  }
});

Deno.test("The next value of a vector is an array of numbers or of float64, of its length", async () => {
  const window = defineSystem({
    name: "window",
    state: { last: vector(2), sum: vector(1) },
    outputs: { last: { type: vector(2), value: ({ state }) => state.last } },
    update: {
      period: 1,
      run: ({ t, state, next }) => {
        next.last = [...state.last, t + 1].slice(1);
        next.sum = Float64Array.of(state.sum[0]! + t);
        next.sum[0]! += 1;
        // @ts-expect-error It is no number.
        const wrong = () => void (next.last = 1);
        return typeof wrong === "function" ? undefined : failed("never");
      },
    },
  });
  const builder = new DiagramBuilder("windows");
  builder.exportOutput("last", builder.add("window", window).output("last"));
  await using simulator = new Simulator(builder.build(), { host: directHost({ now: () => 0 }) });
  await simulator.initialize();
  await simulator.advanceTo(2.5);
  assertEquals([...simulator.context.output("last") as number[]], [2, 3]);
});

Deno.test("Nothing that was read from a context, an input or a state is changed by what comes later", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans({ kinds: SAVED }), fc.nat(255), async (plan, mask) => {
      const read: { readonly value: unknown; readonly copy: Uint8Array }[] = [];
      const keep = (value: unknown) => void read.push({ value, copy: encode(value) });
      const inner = await buildDiagram(plan, {
        modeOf: (node) => (mask >> plan.nodes.indexOf(node)) & 1 ? "direct" : "inline",
      });
      const spy = defineSystem({
        name: "spy",
        inputs: inner.outputs,
        state: { all: abstract<unknown[]>([]), v: vector(2) },
        publish: {
          period: 0.05,
          run: ({ input, state }) => [...Object.values(input), state.all, state.v].forEach(keep),
        },
        update: {
          period: 0.05,
          run: ({ input, state, next }) => {
            keep(state.v);
            Object.values(input).forEach(keep);
            next.all = [...state.all.slice(-3), ...Object.values(input)];
            next.v[0] = state.v[0]! + 1;
          },
        },
      });
      const builder = new DiagramBuilder("watched");
      const [watched, watcher] = [builder.add("plan", inner), builder.add("spy", spy)];
      for (const port of Object.keys(inner.outputs)) {
        builder.connect(watched.output(port), watcher.input(port));
        builder.exportOutput(port, watched.output(port));
      }
      const monitor = (context: Context) => {
        Object.keys(inner.outputs).forEach((port) => keep(context.output(port)));
        keep(context.state("all", "spy"));
        keep(context.state("v", "spy"));
      };
      await using simulator = new Simulator(builder.build(), { host, monitor });
      await simulator.initialize();
      await simulator.advanceTo(0.5);
      const saved = await simulator.snapshot();
      const rows = simulator.trace.rows();
      const copies = structuredClone([saved, rows]);
      await simulator.advanceTo(1);
      await simulator.restore(saved);
      await simulator.advanceTo(1);
      for (const { value, copy } of read) assertEquals(encode(value), copy);
      assertEquals([saved, rows], copies);
    }),
    { numRuns: runs(40) },
  );
});

Deno.test("A handler that writes when it has returned is told so, whatever boundaries there are, and changes nothing", async () => {
  const types = [[scalar(1), 5], [vector(1), [5]], [abstract<unknown>("a"), "b"]] as const;
  for (const [type, value] of types) {
    for (const times of [[4], [1, 2, 3, 4]]) {
      const messages: string[] = [];
      const system = defineSystem({
        name: "late",
        state: { x: type as Ports[string] },
        outputs: { x: { type: type as Ports[string], value: ({ state }) => state.x as never } },
        update: {
          period: 1,
          run: ({ next }) => {
            Promise.resolve().then(() => next.x = value as never).catch(({ message }) => messages.push(message));
          },
        },
      });
      await using simulator = new Simulator(system);
      await simulator.initialize();
      const before = simulator.context.output("x");
      for (const t of times) await simulator.advanceTo(t);
      assertEquals(simulator.context.output("x"), before);
      assertEquals(messages.length, 4);
      assertStringIncludes(messages[0]!, "Cannot set state late.x at t=");
    }
  }
});
