import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { gain } from "../../lib/blocks/mod.ts";
import {
  abstract,
  defineSystem,
  delegate,
  DiagramBuilder,
  type LeafSystem,
  openContext,
  type Ports,
  scalar,
  UNCONNECTED,
  vector,
} from "../../lib/diagram/mod.ts";
import { DiagramError } from "../../lib/errors.ts";
import { runs } from "../contracts/soak.ts";

Deno.test("An output that reads an input it does not list as feedthrough throws, naming it", () => {
  const sneaky = defineSystem({
    name: "sneaky",
    inputs: { listed: scalar(), other: scalar() },
    outputs: { y: { type: scalar(), feedthrough: ["listed"], value: ({ input }) => input.listed + input.other } },
  });
  const builder = new DiagramBuilder("top");
  const part = builder.add("part", sneaky);
  builder.exportInput("u", part.input("listed"));
  builder.exportInput("u", part.input("other"));
  const { context, writer } = openContext(builder.build());
  writer.fix("u", 1);
  assertThrows(
    () => context.output("y", "part"),
    DiagramError,
    "Cannot read input part.other in output y: it lists (listed) as feedthrough, other is wanted among them",
  );
});

Deno.test("An optional input may stay unconnected as long as nobody reads it", () => {
  const part = defineSystem({
    name: "part",
    inputs: { u: scalar(0, { optional: true }) },
    state: { reads: abstract(false) },
    outputs: { y: { type: scalar(), value: ({ input, t }) => t > 0 ? input.u : -1 } },
  });
  const builder = new DiagramBuilder("top");
  builder.exportOutput("y", builder.add("part", part).output("y"));
  const { context, writer } = openContext(builder.build());
  assertEquals(context.output("y"), -1);
  writer.setTime(1);
  assertThrows(
    () => context.output("y"),
    DiagramError,
    "Cannot read input part.u: it is connected to nothing, a connection, or a check of `connected`, is wanted",
  );
});

Deno.test("An input of the system itself that nobody fixed throws where it is read, and takes only its own type", () => {
  const { context, writer } = openContext(gain({ factor: 2, size: 2 }));
  assertThrows(
    () => context.output("y"),
    DiagramError,
    "Cannot read input gain.u: it is not fixed, a value for it is wanted",
  );
  assertThrows(
    () => writer.fix("v", 1),
    DiagramError,
    "Cannot fix input v of gain: no such input, one of (u) is wanted",
  );
  assertThrows(
    () => writer.fix("u", 1),
    TypeError,
    "Cannot set input gain.u: the value is number, 2 numbers are wanted",
  );
  assertThrows(
    () => writer.fix("u", [1]),
    RangeError,
    "Cannot set input gain.u: it has 1 components, 2 are wanted",
  );
  const mine = Float64Array.of(1, 2);
  writer.fix("u", mine);
  mine[0] = 9;
  assertEquals([...context.output("y") as Float64Array], [2, 4], "the value is a copy");
});

Deno.test("An output or a state of the wrong type throws, naming it", () => {
  const bad = (type: "scalar" | "vector", value: unknown) => {
    const declared = type === "scalar" ? scalar() : vector(2);
    return defineSystem({
      name: "bad",
      state: { x: declared },
      outputs: { y: { type: declared, value: () => value as never } },
      update: { period: 1, run: ({ next }) => void (next.x = value as never) },
    }) as LeafSystem<Ports, Ports>;
  };
  for (const value of ["1", 1n, undefined, null, [1]]) {
    const system = bad("scalar", value);
    const { context, writer } = openContext(system);
    assertThrows(() => context.output("y"), TypeError, "Cannot set output bad.y at t=0: the value is ");
    const [part] = writer.parts;
    assert(part?.kind === "leaf");
    assertThrows(
      () => system.behavior.update[0]!.run(part.now),
      TypeError,
      "Cannot set state bad.x at t=0: the value is ",
    );
  }
  assertThrows(() => openContext(bad("vector", [1, 2, 3])).context.output("y"), RangeError, "it has 3 components");
});

Deno.test("A handler can write nothing but its next state", () => {
  const system = defineSystem({ name: "one", inputs: { u: scalar() }, state: { x: scalar(), v: vector(2) } });
  const { writer } = openContext(system);
  const [part] = writer.parts;
  assert(part?.kind === "leaf");
  writer.values.open();
  const now = part.now as unknown as Record<"input" | "state" | "next", Record<string, unknown>>;
  assertThrows(() => void (now.input["u"] = 1), TypeError);
  assertThrows(() => void (now.state["x"] = 1), TypeError);
  assertThrows(() => void (now.state["fresh"] = 1), TypeError);
  assertThrows(() => void (now.next["fresh"] = 1), TypeError);
  assertThrows(() => void (now.next["v"] = [1]), RangeError);
  (now.next["v"] as Float64Array)[0] = 5;
  assertEquals([...part.state("v") as Float64Array], [0, 0], "the next vector has a buffer of its own");
  writer.values.commit();
  assertEquals([...part.state("v") as Float64Array], [5, 0]);
});

Deno.test("What a port or state hands out never changes, and what it is given is copied: plain data, vectors and the rest", () => {
  const given = { n: 1, list: [{ deep: 1 }], map: new Map([["a", 1]]) };
  const system = defineSystem({
    name: "one",
    state: { v: vector(2), data: abstract({ n: 0, list: [{ deep: 0 }] }), map: abstract(new Map([["a", 0]])) },
    outputs: {
      data: { type: abstract<unknown>(0), value: () => given },
      map: { type: abstract<unknown>(0), value: () => given.map },
    },
  });
  const [one, other] = [openContext(system), openContext(system)];
  const { writer } = one;
  const [part] = writer.parts;
  assert(part?.kind === "leaf");
  // deno-lint-ignore no-explicit-any -- what a cast makes of it
  type Cast = any;
  writer.values.open();
  const { state, next } = part.now as unknown as Record<"state" | "next", Record<string, Cast>>;
  const shown = [one.context.output("data"), one.context.output("map")];
  [given.n, given.list[0]!.deep] = [7, 7];
  given.map.set("a", 7);
  assertEquals(shown, [{ n: 1, list: [{ deep: 1 }], map: new Map([["a", 1]]) }, new Map([["a", 1]])]);
  const handed = [
    [state["v"], one.context.state("v", "one"), system.state["v"]!.initial],
    [state["data"], one.context.state("data", "one"), system.state["data"]!.initial],
    [state["map"], one.context.state("map", "one"), system.state["map"]!.initial, shown[1]],
  ] as Cast[][];
  for (const v of handed[0]!) assertThrows(() => void (v[0] = 7), TypeError);
  for (const data of handed[1]!) {
    assertThrows(() => void (data.n += 7), TypeError);
    assertThrows(() => void data.list[0].deep++, TypeError);
    assertThrows(() => void data.list.push(7), TypeError);
  }
  const [seen, ...copies] = handed[2]!;
  assertThrows(() => seen.set("a", 7), TypeError, "a copy is wanted");
  for (const map of copies) map.set("a", 7);
  for (const { context } of [one, other]) {
    assertEquals([...context.state("v", "one") as number[]], [0, 0]);
    assertEquals(context.state("data", "one"), { n: 0, list: [{ deep: 0 }] });
    assertEquals(context.state("map", "one"), new Map([["a", 0]]));
  }
  assertEquals(one.context.output("map"), new Map([["a", 1]]), "the output keeps a copy of its own");
  // `next` is the one that may be changed in place; what it was given or gave stays the handler's.
  const [v, data, map] = [next["v"], next["data"], next["map"]];
  v[1] = 5;
  data.n = 5;
  map.set("a", 5);
  writer.values.commit();
  for (const change of [() => v[0] = 9, () => data.list.push(9), () => map.set("a", 9)]) change();
  const list = [1, 2];
  writer.values.open();
  next["data"] = { n: 6, list };
  list.push(3);
  writer.values.commit();
  assertEquals([[...part.state("v") as number[]], one.context.state("map", "one")], [[0, 5], new Map([["a", 5]])]);
  assertEquals<unknown>(part.state("data"), { n: 6, list: [1, 2] });
});

Deno.test("An output is evaluated at most once per instant, and again after any change", () => {
  let evaluations = 0;
  const counted = defineSystem({
    name: "counted",
    inputs: { u: scalar() },
    outputs: { y: { type: scalar(), value: ({ input, t }) => (evaluations++, input.u + t) } },
  });
  fc.assert(
    fc.property(fc.array(fc.constantFrom("read", "time", "fix", "changed"), { maxLength: 30 }), (actions) => {
      const { context, writer } = openContext(counted);
      let [u, t, fresh] = [0, 0, false];
      writer.fix("u", u);
      evaluations = 0;
      for (const action of actions) {
        if (action === "time") writer.setTime(++t);
        else if (action === "fix") writer.fix("u", u += 10);
        else if (action === "changed") writer.changed();
        const before = evaluations;
        if (action !== "read") fresh = false;
        else {
          assertEquals(context.output("y"), u + t);
          assertEquals(evaluations - before, fresh ? 0 : 1);
          fresh = true;
        }
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Context reads outputs and states of inner parts by path, and refuses what there is not", () => {
  const inner = new DiagramBuilder("inner");
  const state = defineSystem({ name: "state", state: { x: scalar(4) } });
  inner.add("leaf", state);
  inner.add("far", delegate(state, { mode: "direct", period: 1 }));
  const builder = new DiagramBuilder("top");
  builder.add("box", inner.build());
  const { context } = openContext(builder.build());
  assertEquals(context.state("x", "box.leaf"), 4);
  assertThrows(
    () => context.state("x", "box.leg"),
    DiagramError,
    "Cannot read part box.leg: there is none, one of (box.far, box.leaf) is wanted",
  );
  assertThrows(() => context.state("y", "box.leaf"), DiagramError, "Cannot read state box.leaf.y: there is no such");
  assertThrows(() => context.output("y", "box.leaf"), DiagramError, "Cannot read output box.leaf.y: there is no such");
  assertThrows(() => context.output("y", "box.far"), DiagramError, "Cannot read output box.far.y: there is no such");
  assertThrows(() => context.output("y"), DiagramError, "Cannot read output top.y: there is no such port");
  assertThrows(
    () => context.state("x", "box.far"),
    DiagramError,
    "Cannot read state box.far.x: it lives on the far side, a leaf of this side is wanted",
  );
});

Deno.test("An optional input of the simulated system may stay unfixed as long as nobody reads it", () => {
  const reader = defineSystem({
    name: "reader",
    inputs: { u: scalar(0, { optional: true }) },
    outputs: { y: { type: scalar(), value: ({ input }) => input.u } },
  });
  const { context, writer } = openContext(reader);
  assertThrows(() => context.output("y"), DiagramError, "Cannot read input reader.u");
  writer.fix("u", 2);
  assertEquals(context.output("y"), 2);
  const [part] = openContext(delegate(reader, { mode: "direct", period: 1 })).writer.parts;
  assertEquals(part?.kind === "delegated" ? part.sample() : "no far side", [UNCONNECTED]);
});
