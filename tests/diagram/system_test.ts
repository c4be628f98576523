import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  abstract,
  defineSystem,
  delegate,
  describePort,
  DiagramBuilder,
  didNothing,
  directory,
  type EventStatus,
  failed,
  isSystem,
  matches,
  mostSevere,
  type PortType,
  reachedTermination,
  scalar,
  signature,
  succeeded,
  vector,
} from "../../lib/diagram/mod.ts";
import { ELSEWHERE } from "../contracts/modes.ts";

const wrongPeriods = [0, -0.1, NaN, Infinity];
const wrongOffsets = [-1e-9, NaN, Infinity];

Deno.test("defineSystem() and delegate() refuse a period that is not above 0 and an offset below 0", () => {
  const plain = defineSystem({ name: "plain" });
  for (const period of wrongPeriods) {
    const is = `the period is ${period}, a number of seconds above 0 is wanted`;
    for (const at of ["update", "publish"]) {
      assertThrows(
        () => defineSystem({ name: "one", [at]: { period, run: () => {} } }),
        RangeError,
        `Cannot schedule ${at === "update" ? "an update" : "a publish"} of one: ${is}`,
      );
    }
    assertThrows(() => delegate(plain, { mode: "direct", period }), RangeError, `the delegated plain: ${is}`);
  }
  for (const offset of wrongOffsets) {
    const is = `the offset is ${offset}, a number of seconds from 0 up is wanted`;
    assertThrows(() => defineSystem({ name: "one", update: { period: 1, offset, run: () => {} } }), RangeError, is);
    assertThrows(() => delegate(plain, { mode: "direct", period: 1, offset }), RangeError, is);
  }
});

Deno.test("defineSystem() refuses what is misspelled or no description, as types do where they are checked", () => {
  const of = (spec: object) => () => defineSystem({ name: "one", ...spec });
  const run = () => {};
  for (
    const [spec, is] of [
      [{ updates: { period: 1, run } }, 'Cannot define one: it has "updates", one of name, async, inputs,'],
      [{ toString: run }, 'it has "toString", one of'],
      [{ name: undefined }, "Cannot define a system: its name is undefined, a string is wanted"],
      [
        { inputs: { u: 1 } },
        "u of its inputs is number, one of scalar(), vector(size) and abstract(initial) is wanted",
      ],
      [{ state: { x: null } }, "x of its state is object, one of scalar()"],
      [{ outputs: { y: () => 1 } }, "output y has no type or no function value, one such as { type: scalar(), value:"],
      [{ outputs: { y: { type: scalar() } } }, "output y has no type or no function value"],
      [{ outputs: { y: { value: run } } }, "output y has no type or no function value"],
      [{ update: run }, "its update has no function run, one such as { period: 1, run:"],
      [{ update: [{ period: 1, run }, { period: 1 }] }, "its update has no function run"],
      [{ publish: { period: 1 } }, "its publish has no function run"],
    ] as const
  ) assertThrows(of(spec), TypeError, is);
  of({ inputs: undefined, update: undefined, outputs: undefined })();
});

Deno.test("defineSystem() refuses feedthrough of an input that there is not", () => {
  const outputs = { y: { type: scalar(), feedthrough: ["v"] as never[], value: () => 0 } };
  assertThrows(
    () => defineSystem({ name: "one", inputs: { u: scalar() }, outputs }),
    TypeError,
    "Cannot define one: output y lists v as feedthrough, one of its inputs (u) is wanted",
  );
  assertThrows(() => defineSystem({ name: "one", outputs }), TypeError, "one of its inputs (it has none) is wanted");
  const inherited = { y: { type: scalar(), feedthrough: ["toString"] as never[], value: () => 0 } };
  assertThrows(() => defineSystem({ name: "one", outputs: inherited }), TypeError, "lists toString as feedthrough");
});

Deno.test("delegate() refuses a mode that is no name, and elsewhere a system that is not named by module", () => {
  const plain = defineSystem({ name: "plain" });
  assertThrows(
    () => delegate(plain, { mode: "", period: 1 }),
    TypeError,
    "Cannot delegate plain: the mode is , the name of one is wanted",
  );
  for (const mode of ELSEWHERE) {
    assertThrows(
      () => delegate(plain, { mode, period: 1 }),
      TypeError,
      `Cannot delegate plain to a ${mode}: it is a value of this realm only`,
    );
  }
});

Deno.test("scalar() and vector() refuse wrong initial values and sizes", () => {
  assertThrows(
    () => scalar("1" as unknown as number),
    TypeError,
    "Cannot declare a scalar: the initial value is string",
  );
  for (const size of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => vector(size), RangeError, `Cannot declare a vector of size ${size}`);
  }
  assertThrows(() => vector(2, { initial: [1] }), RangeError, "its initial value has 1 components");
});

Deno.test("Ports match just where they read alike, and a signature tells systems apart by them", () => {
  const port: fc.Arbitrary<PortType> = fc.oneof(
    fc.constant(scalar()),
    fc.integer({ min: 1, max: 4 }).map((size) => vector(size)),
    fc.anything().map((value) => abstract(value)),
  );
  fc.assert(fc.property(port, port, (one, other) => {
    assertEquals(matches(one, other), describePort(one) === describePort(other));
    const [a, b] = [one, other].map((u) => signature(defineSystem({ name: "any", inputs: { u } })));
    assertEquals(a === b, matches(one, other));
  }));
  assertEquals(
    signature(defineSystem({ name: "any", inputs: { a: scalar(), b: vector(2) }, outputs: {} })),
    "(a: scalar, b: vector(2)) -> ()",
  );
});

Deno.test("mostSevere() is the more severe status, the first of equal ones", () => {
  const rank = ["did-nothing", "succeeded", "reached-termination", "failed"];
  const status: fc.Arbitrary<EventStatus> = fc.oneof(
    fc.constant(didNothing()),
    fc.constant(succeeded()),
    fc.string().map(reachedTermination),
    fc.string().map(failed),
  );
  fc.assert(fc.property(fc.array(status, { minLength: 1 }), (list) => {
    const worst = list.reduce(mostSevere);
    const most = Math.max(...list.map(({ severity }) => rank.indexOf(severity)));
    assertEquals(worst, list.find(({ severity }) => rank.indexOf(severity) === most));
  }));
});

Deno.test("isSystem() knows systems of all kinds, of another copy of the library too, and nothing else", () => {
  const leaf = defineSystem({ name: "leaf" });
  const diagram = new DiagramBuilder("diagram").build();
  const delegated = delegate(leaf, { mode: "direct", period: 1 });
  for (const system of [leaf, diagram, delegated]) {
    assertEquals([isSystem(system), isSystem({ ...system })], [true, true]);
  }
  for (const value of [undefined, null, 1, "leaf", {}, { kind: "leaf" }, () => leaf, { ...leaf, kind: "other" }]) {
    assertEquals(isSystem(value), false);
  }
});

Deno.test("directory() lists every leaf and delegated part by its path", () => {
  const leaf = defineSystem({ name: "leaf" });
  const inner = new DiagramBuilder("inner");
  inner.add("b", leaf);
  inner.add("a", delegate(leaf, { mode: "direct", period: 1 }));
  const outer = new DiagramBuilder("outer");
  outer.add("x", inner.build());
  outer.add("w", leaf);
  assertEquals([...directory(outer.build()).keys()], ["w", "x.a", "x.b"]);
  assertEquals([...directory(leaf).keys()], ["leaf"]);
});

Deno.test("A diagram is frozen and sorted by name: the order of adding leaves no trace", () => {
  const leaf = defineSystem({ name: "leaf" });
  const names = ["b", "a", "c"];
  const [one, other] = [names, names.toReversed()].map((order) => {
    const builder = new DiagramBuilder("sorted");
    for (const name of order) builder.add(name, leaf);
    return builder.build();
  });
  assertEquals([...one!.parts.keys()], ["a", "b", "c"]);
  assertEquals(one, other);
  assertEquals(Object.isFrozen(one), true);
});

Deno.test("defineSystem() refuses an update of two kinds, a trigger that is no input, an edge of what is no scalar", () => {
  const define = (update: unknown, more: object = {}) => () => {
    defineSystem({ name: "wrong", inputs: { u: scalar(), v: vector(2) }, update, ...more } as never);
  };
  const run = () => {};
  const wrong: [() => void, string][] = [
    [define({ period: 1, nextTime: () => 1, run }), "an update has period and nextTime, one of these is wanted"],
    [define([{ period: 1, trigger: "u", run }]), "an update has period and trigger, one of these is wanted"],
    [define({ nextTime: 3, run }), "nextTime is number, a function is wanted"],
    [define({ trigger: "w", run }), "the trigger is w, one of its inputs (u, v) is wanted"],
    [define({ trigger: "toString", run }), "the trigger is toString, one of its inputs (u, v) is wanted"],
    [
      define({ trigger: "u", edge: "up", run }),
      "the edge of trigger u is up, one of change, rising, falling, either is",
    ],
    [define({ trigger: "v", edge: "rising", run }), "trigger v is rising and no scalar, change is wanted"],
    [define([], { process: "walk" }), "its process is string, a generator function is wanted"],
  ];
  for (const [make, message] of wrong) assertThrows(make, TypeError, `Cannot define wrong: ${message}`);
});
