import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { adder, constant, gain, unitDelay } from "../../lib/blocks/mod.ts";
import {
  abstract,
  defineSystem,
  delegate,
  DiagramBuilder,
  type InputHandle,
  type LeafSystem,
  type Part,
  type Ports,
  scalar,
  type System,
  vector,
} from "../../lib/diagram/mod.ts";
import { AlgebraicLoopError, DiagramError } from "../../lib/errors.ts";
import { runs } from "../contracts/soak.ts";

const one = constant({ value: 1 });
const twice = gain({ factor: 2 });

function start() {
  const builder = new DiagramBuilder("top");
  return { builder, source: builder.add("source", one), twice: builder.add("twice", twice) };
}

Deno.test("DiagramBuilder.connect() refuses a second source, naming all three ports", () => {
  const { builder, source, twice } = start();
  const other = builder.add("other", one);
  builder.connect(source.output("y"), twice.input("u"));
  const is = "source.y is connected to it, one source is wanted";
  assertThrows(
    () => builder.connect(other.output("y"), twice.input("u")),
    DiagramError,
    `Cannot connect other.y to twice.u of top: ${is}`,
  );
  assertThrows(
    () => builder.exportInput("u", twice.input("u")),
    DiagramError,
    `Cannot connect input u to twice.u of top: ${is}`,
  );
  const exported = start();
  exported.builder.exportInput("u", exported.twice.input("u"));
  assertThrows(
    () => exported.builder.connect(exported.source.output("y"), exported.twice.input("u")),
    DiagramError,
    "Cannot connect source.y to twice.u of top: input u is connected to it, one source is wanted",
  );
});

Deno.test("DiagramBuilder.build() refuses an input without a source, unless it is optional or exported", () => {
  const { builder } = start();
  assertThrows(
    () => builder.build(),
    DiagramError,
    "Cannot build diagram top: input twice.u is connected to nothing, " +
      "a connection, an exported input or an optional port is wanted",
  );
  const exported = start();
  exported.builder.exportInput("u", exported.twice.input("u"));
  assertEquals(Object.keys(exported.builder.build().inputs), ["u"]);
  const optional = new DiagramBuilder("optional");
  optional.add("part", defineSystem({ name: "part", inputs: { u: scalar(0, { optional: true }) } }));
  assertEquals(optional.build().parts.size, 1);
});

Deno.test("DiagramBuilder refuses ports of different kind or size, naming both", () => {
  const types = { s: scalar(), v2: vector(2), v3: vector(3), a: abstract(0) };
  const names = { s: "scalar", v2: "vector(2)", v3: "vector(3)", a: "abstract" };
  for (const from of Object.keys(types) as (keyof typeof types)[]) {
    for (const into of Object.keys(types) as (keyof typeof types)[]) {
      const builder = new DiagramBuilder("top");
      const giver = builder.add(
        "giver",
        defineSystem({ name: "giver", outputs: { y: { type: types[from], value: () => 0 as never } } }),
      ) as Part<Ports, Ports>;
      const taker = builder.add("taker", defineSystem({ name: "taker", inputs: { u: types[into], w: types[from] } }));
      const input = taker.input("u") as InputHandle;
      const connect = () => builder.connect(giver.output("y"), input);
      builder.exportInput("shared", taker.input("w"));
      const share = () => builder.exportInput("shared", input);
      if (from === into) {
        connect();
        continue;
      }
      const is = `to taker.u of top: it gives ${names[from]}, ${names[into]} is wanted`;
      assertThrows(connect, DiagramError, `Cannot connect giver.y ${is}`);
      assertThrows(share, DiagramError, `Cannot connect input shared ${is}`);
    }
  }
});

Deno.test("DiagramBuilder refuses two parts or two outputs of one name, and names that are no path", () => {
  const { builder, source } = start();
  assertThrows(
    () => builder.add("source", twice),
    DiagramError,
    "Cannot add source to top: a part has that name, another is wanted",
  );
  for (const name of ["", "a.b", "a b", "\n"]) {
    assertThrows(() => builder.add(name, one), DiagramError, `Cannot add "${name}" to top`);
  }
  builder.exportOutput("y", source.output("y"));
  assertThrows(
    () => builder.exportOutput("y", source.output("y")),
    DiagramError,
    "Cannot export source.y of top: an output has the name y, another is wanted",
  );
  assertThrows(
    () => builder.add("number", 7 as unknown as System),
    DiagramError,
    "Cannot add number to top: it is number, a system is wanted",
  );
});

Deno.test("Part.input() and output() refuse ports that there are not, naming those that there are", () => {
  const { source, twice } = start();
  const wrong = (part: unknown) => part as Part<Ports, Ports>;
  assertThrows(
    () => wrong(twice).input("v"),
    DiagramError,
    "Cannot use input twice.v: no such port, one of (u) is wanted",
  );
  assertThrows(() => wrong(twice).output("u"), DiagramError, "Cannot use output twice.u: no such port, one of (y)");
  assertThrows(() => wrong(source).input("toString"), DiagramError, "one of (it has none) is wanted");
});

Deno.test("DiagramBuilder refuses handles of another diagram", () => {
  const { builder, source, twice } = start();
  const foreign = new DiagramBuilder("other");
  const stranger = foreign.add("stranger", gain({ factor: 3 }));
  // One of the same name, but of another system.
  const namesake = foreign.add("twice", gain({ factor: 3 }));
  const of = (port: string) =>
    `Cannot use ${port} in top: it is a port of another diagram, one of this diagram is wanted`;
  for (const [name, part] of [["stranger", stranger], ["twice", namesake]] as const) {
    assertThrows(() => builder.connect(source.output("y"), part.input("u")), DiagramError, of(`input ${name}.u`));
    assertThrows(() => builder.connect(part.output("y"), twice.input("u")), DiagramError, of(`output ${name}.y`));
    assertThrows(() => builder.exportInput("u", part.input("u")), DiagramError, of(`input ${name}.u`));
    assertThrows(() => builder.exportOutput("y", part.output("y")), DiagramError, of(`output ${name}.y`));
  }
  builder.connect(source.output("y"), twice.input("u"));
  assertEquals([...builder.build().wiring.get("twice")!.keys()], ["u"], "a refused call leaves nothing behind");
});

Deno.test("DiagramBuilder refuses every use after build()", () => {
  const { builder, source, twice } = start();
  builder.exportInput("u", twice.input("u"));
  builder.build();
  const uses = [
    () => builder.add("third", one),
    () => builder.connect(source.output("y"), twice.input("u")),
    () => builder.exportInput("v", twice.input("u")),
    () => builder.exportOutput("y", twice.output("y")),
    () => builder.build(),
  ];
  for (const use of uses) {
    assertThrows(use, DiagramError, "Cannot change diagram top: it is built, a fresh DiagramBuilder is wanted");
  }
});

Deno.test("An algebraic loop is named port by port, in the order in which a value travels", () => {
  const builder = new DiagramBuilder("top");
  const [a, b] = [builder.add("a", twice), builder.add("b", twice)];
  builder.connect(a.output("y"), b.input("u"));
  builder.connect(b.output("y"), a.input("u"));
  const error = assertThrows(() => builder.build(), AlgebraicLoopError);
  assertLoop(error.loop, ["a.u", "a.y", "b.u", "b.y"]);
  assertEquals(
    error.message,
    `Cannot build diagram top: an algebraic loop of direct feedthrough, ${error.loop.join(" -> ")}, ` +
      `wants a state, a delay or a delegated system in it`,
  );
});

Deno.test("An algebraic loop through nested diagrams is named with every port inside them", () => {
  const inner = new DiagramBuilder("inner");
  const deep = new DiagramBuilder("deep");
  const leaf = deep.add("leaf", twice);
  deep.exportInput("in", leaf.input("u"));
  deep.exportOutput("out", leaf.output("y"));
  const box = inner.add("box", deep.build());
  const sum = inner.add("sum", adder({ terms: 2 }));
  inner.exportInput("left", box.input("in"));
  inner.exportInput("right", sum.input("u1"));
  inner.connect(box.output("out"), sum.input("u0"));
  inner.exportOutput("y", sum.output("y"));
  const builder = new DiagramBuilder("top");
  const [nested, source] = [builder.add("nested", inner.build()), builder.add("source", one)];
  builder.connect(nested.output("y"), nested.input("left"));
  builder.connect(source.output("y"), nested.input("right"));
  const error = assertThrows(() => builder.build(), AlgebraicLoopError);
  const path = ["left", "box.in", "box.leaf.u", "box.leaf.y", "box.out", "sum.u0", "sum.y", "y"];
  assertLoop(error.loop, path.map((port) => `nested.${port}`));
});

Deno.test("A loop through a state, a delay, a delegated part or past a nested diagram's other ports is no algebraic loop", () => {
  const straight = new DiagramBuilder("two wires");
  const [up, down] = [straight.add("up", twice), straight.add("down", unitDelay({ period: 1 }))];
  straight.exportInput("a", up.input("u"));
  straight.exportInput("b", down.input("u"));
  straight.exportOutput("a", up.output("y"));
  straight.exportOutput("b", down.output("y"));
  const wires = straight.build();
  for (const breaker of [unitDelay({ period: 1 }), delegate(twice, { mode: "direct", period: 1 })]) {
    const builder = new DiagramBuilder("top");
    const [a, b] = [builder.add("a", twice), builder.add("b", breaker as LeafSystem<{ u: never }, { y: never }>)];
    builder.connect(a.output("y"), b.input("u") as InputHandle);
    builder.connect(b.output("y") as never, a.input("u"));
    assertEquals(builder.build().parts.size, 2);
  }
  const builder = new DiagramBuilder("top");
  const part = builder.add("part", wires);
  builder.connect(part.output("a"), part.input("b"));
  builder.connect(part.output("b"), part.input("a"));
  assertEquals(builder.build().parts.size, 1);
});

Deno.test("DiagramBuilder.build() looks at each port once: a ladder with 2^300 ways up is built at once", () => {
  const builder = new DiagramBuilder("ladder");
  let below = builder.add("source", one).output("y");
  for (let rung = 0; rung < 300; rung++) {
    const part = builder.add(`rung${rung}`, adder({ terms: 2 }));
    builder.connect(below, part.input("u0"));
    builder.connect(below, part.input("u1"));
    below = part.output("y");
  }
  builder.exportOutput("y", below);
  const outer = new DiagramBuilder("outer");
  outer.add("ladder", builder.build());
  assertEquals(outer.build().parts.size, 1);
});

/** The same ports in the same cyclic order, from any of them, the first repeated last. */
function assertLoop(loop: readonly string[], expected: readonly string[]): void {
  assertEquals(loop[0], loop.at(-1));
  const at = loop.indexOf(expected[0]!);
  const ring = loop.slice(0, -1);
  assertEquals([...ring.slice(at), ...ring.slice(0, at)], expected);
}

interface RandomNode {
  /** For each of two outputs, which of the two inputs it reads. */
  readonly reads: readonly [boolean, boolean][];
  /** For each of two inputs, the node and the output that feed it. */
  readonly from: readonly { node: number; output: number }[];
  readonly delegated: boolean;
  /** 0 is the top level, others are inner diagrams. */
  readonly group: number;
}

function graphs(): fc.Arbitrary<RandomNode[]> {
  return fc.integer({ min: 1, max: 7 }).chain((n) => {
    const sparse = fc.boolean().chain((one) => fc.boolean().map((other) => one && other));
    return fc.array(
      fc.record({
        reads: fc.array(fc.tuple(sparse, fc.boolean()), { minLength: 2, maxLength: 2 }),
        from: fc.array(fc.record({ node: fc.nat(n - 1), output: fc.nat(1) }), { minLength: 2, maxLength: 2 }),
        delegated: fc.integer({ min: 0, max: 4 }).map((pick) => pick === 0),
        group: fc.nat(3),
      }),
      { minLength: n, maxLength: n },
    );
  });
}

function leafOf({ reads, delegated }: RandomNode): System {
  const leaf = defineSystem({
    name: "node",
    inputs: { u0: scalar(), u1: scalar() },
    outputs: Object.fromEntries(reads.map((pair, output) => [`y${output}`, {
      type: scalar(),
      feedthrough: (["u0", "u1"] as const).filter((_, input) => pair[input]),
      value: () => 0,
    }])),
  });
  return (delegated ? delegate(leaf, { mode: "direct", period: 1 }) : leaf) as unknown as System;
}

/** Builds the graph in groups, each an inner diagram that exports all that others read. */
function buildGraph(graph: readonly RandomNode[]): () => unknown {
  const top = new DiagramBuilder("top");
  const builders = new Map<number, DiagramBuilder>();
  const parts = graph.map((node, index) => {
    const builder = node.group === 0 ? top : builders.get(node.group) ?? new DiagramBuilder(`g${node.group}`);
    if (node.group !== 0) builders.set(node.group, builder);
    return builder.add(`n${index}`, leafOf(node));
  });
  const crossing: (() => void)[] = [];
  const built = new Map<number, Part<Ports, Ports>>();
  const outer = (index: number, output: number) => {
    const { group } = graph[index]!;
    return group === 0 ? parts[index]!.output(`y${output}`) : built.get(group)!.output(`n${index}_y${output}`);
  };
  graph.forEach((node, index) =>
    node.from.forEach(({ node: from, output }, input) => {
      const into = parts[index]!.input(`u${input}`);
      if (graph[from]!.group === node.group) {
        (builders.get(node.group) ?? top).connect(parts[from]!.output(`y${output}`), into);
      } else if (node.group === 0) {
        crossing.push(() => top.connect(outer(from, output), into));
      } else {
        builders.get(node.group)!.exportInput(`n${index}_u${input}`, into);
        crossing.push(() => top.connect(outer(from, output), built.get(node.group)!.input(`n${index}_u${input}`)));
      }
    })
  );
  graph.forEach((node, index) => {
    if (node.group === 0) return;
    for (const output of ["y0", "y1"]) {
      builders.get(node.group)!.exportOutput(`n${index}_${output}`, parts[index]!.output(output));
    }
  });
  return () => {
    for (const [group, builder] of builders) built.set(group, top.add(`g${group}`, builder.build()));
    for (const connect of crossing) connect();
    return top.build();
  };
}

/** The flattened port graph: an edge where a value flows at once. */
function flow(graph: readonly RandomNode[]): Map<string, string[]> {
  const edges = new Map<string, string[]>();
  const add = (from: string, into: string) => edges.set(from, [...edges.get(from) ?? [], into]);
  graph.forEach(({ reads, from, delegated }, index) => {
    from.forEach(({ node, output }, input) => add(`n${node}.y${output}`, `n${index}.u${input}`));
    if (delegated) return;
    reads.forEach((pair, output) =>
      pair.forEach((read, input) => {
        if (read) add(`n${index}.u${input}`, `n${index}.y${output}`);
      })
    );
  });
  return edges;
}

function hasCycle(edges: ReadonlyMap<string, readonly string[]>): boolean {
  // Takes away ports that nothing flows into until none is left: what stays lies on or behind a cycle.
  const into = new Map<string, number>();
  for (const [from, list] of edges) {
    into.set(from, into.get(from) ?? 0);
    for (const port of list) into.set(port, (into.get(port) ?? 0) + 1);
  }
  const free = [...into].filter(([, count]) => count === 0).map(([port]) => port);
  for (let port = free.pop(); port !== undefined; port = free.pop()) {
    into.delete(port);
    for (const next of edges.get(port) ?? []) {
      into.set(next, into.get(next)! - 1);
      if (into.get(next) === 0) free.push(next);
    }
  }
  return into.size > 0;
}

Deno.test("DiagramBuilder.build() refuses a random graph just if it has a feedthrough loop, and names a real one", () => {
  let loops = 0;
  let total = 0;
  fc.assert(
    fc.property(graphs(), (graph) => {
      const edges = flow(graph);
      const build = buildGraph(graph);
      total++;
      if (!hasCycle(edges)) {
        build();
        return;
      }
      loops++;
      const { loop } = assertThrows(build, AlgebraicLoopError);
      assertEquals(loop[0], loop.at(-1));
      assertEquals(new Set(loop).size, loop.length - 1, "no port twice");
      // Leaves' ports of the loop, without the groups' own: g1.n0.u1 is n0.u1, g1.n0_u1 is the same wire.
      const leaves = loop.slice(0, -1).filter((port) => /(^|\.)n\d+\.[uy]\d$/.test(port))
        .map((port) => port.replace(/^g\d+\./, ""));
      assert(leaves.length >= 2);
      leaves.forEach((port, index) => {
        const next = leaves[(index + 1) % leaves.length]!;
        assert(edges.get(port)?.includes(next), `${port} -> ${next} of ${loop.join(" -> ")} is no way of a value`);
      });
      // A value that enters or leaves a group passes a port of it.
      loop.slice(0, -1).forEach((port, index) => {
        const next = loop[index + 1]!;
        const group = (name: string) => /^(g\d+)\.n\d+\./.exec(name)?.[1];
        if (group(port) !== group(next) && group(port) !== undefined) {
          assert(next.startsWith(`${group(port)}.`), `${port} -> ${next} leaves its group unseen`);
        }
        if (group(port) !== group(next) && group(next) !== undefined) {
          assert(port.startsWith(`${group(next)}.`), `${port} -> ${next} enters a group unseen`);
        }
      });
    }),
    { numRuns: runs(1500) },
  );
  assert(loops > total / 10 && loops < total * 9 / 10, `${loops} of ${total} have loops: both kinds are wanted`);
});

Deno.test("DiagramBuilder refuses an input for an output, an output for an input, and what is no port", () => {
  const { builder, source, twice } = start();
  const wrong = (port: unknown) => port as never;
  const [from, into] = [source.output("y"), twice.input("u")];
  for (
    const [use, is, wanted] of [
      [() => builder.connect(wrong(into), wrong(from)), "input twice.u", "output"],
      [() => builder.connect(from, wrong(from)), "output source.y", "input"],
      [() => builder.connect(wrong("source.y"), into), "source.y", "output"],
      [() => builder.connect(from, wrong(undefined)), "undefined", "input"],
      [() => builder.exportInput("u", wrong(from)), "output source.y", "input"],
      [() => builder.exportOutput("y", wrong(into)), "input twice.u", "output"],
    ] as const
  ) assertThrows(use, DiagramError, `Cannot use ${is} in top: one such as part.${wanted}("name") is wanted`);
  builder.connect(from, into);
  assertEquals([...builder.build().wiring.get("twice")!.keys()], ["u"], "a refused call leaves nothing behind");
});
