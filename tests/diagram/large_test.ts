import { assert, assertEquals, assertThrows } from "@std/assert";
import { gain } from "../../lib/blocks/mod.ts";
import { defineSystem, type Diagram, DiagramBuilder, openContext, scalar } from "../../lib/diagram/mod.ts";
import { AlgebraicLoopError } from "../../lib/errors.ts";
import { Simulator } from "../../lib/simulator/mod.ts";

const LONG = 20_000;

/** Takes its input at each second. */
const taker = defineSystem({
  name: "taker",
  inputs: { u: scalar() },
  state: { x: scalar(1) },
  outputs: { y: { type: scalar(), feedthrough: [], value: ({ state }) => state.x } },
  initialize: ({ input, next }) => void (next.x = input.u + 1),
  update: { period: 1, run: ({ input, next }) => void (next.x = input.u + 1) },
});

/** A row of gains, closed to a loop or not. */
function row(length: number, { closed = false } = {}): Diagram {
  const builder = new DiagramBuilder("row");
  const parts = Array.from({ length }, (_, index) => builder.add(`p${index}`, gain({ factor: 1 })));
  parts.slice(1).forEach((part, index) => builder.connect(parts[index]!.output("y"), part.input("u")));
  if (closed) builder.connect(parts.at(-1)!.output("y"), parts[0]!.input("u"));
  else builder.exportInput("u", parts[0]!.input("u"));
  builder.exportOutput("y", parts.at(-1)!.output("y"));
  return builder.build();
}

Deno.test("A chain of outputs that read each other at once may be as long as there is memory", () => {
  const { context, writer } = openContext(row(LONG));
  writer.fix("u", 3);
  assertEquals(context.output("y"), 3);
  writer.fix("u", 4);
  assertEquals(context.output("y"), 4);
});

Deno.test("What throws at the beginning of a long chain is told at its end, and what nobody reads is not", () => {
  let broken = true;
  const builder = new DiagramBuilder("row");
  const source = builder.add(
    "source",
    defineSystem({
      name: "source",
      outputs: {
        y: {
          type: scalar(),
          value: () => {
            if (broken) throw new RangeError("broken");
            return 5;
          },
        },
      },
    }),
  );
  const inner = builder.add("row", row(LONG));
  const end = builder.add(
    "end",
    defineSystem({
      name: "end",
      inputs: { u: scalar() },
      outputs: { y: { type: scalar(), value: ({ input, t }) => t > 0 ? input.u : -1 } },
    }),
  );
  builder.connect(source.output("y"), inner.input("u"));
  builder.connect(inner.output("y"), end.input("u"));
  builder.exportOutput("y", end.output("y"));
  const { context, writer } = openContext(builder.build());
  assertEquals(context.output("y"), -1);
  writer.setTime(1);
  for (let time = 0; time < 2; time++) assertThrows(() => context.output("y"), RangeError, "broken");
  broken = false;
  writer.changed();
  assertEquals(context.output("y"), 5);
});

Deno.test("A long loop of direct feedthrough is named as a whole", () => {
  const error = assertThrows(() => row(LONG, { closed: true }), AlgebraicLoopError);
  assertEquals(error.loop.length, 2 * LONG + 1);
  assertEquals(error.loop[0], error.loop.at(-1));
});

Deno.test("A ring of stateful systems initializes and steps as one, however long", async () => {
  const builder = new DiagramBuilder("ring");
  const parts = Array.from({ length: LONG }, (_, index) => builder.add(`p${index}`, taker));
  parts.forEach((part, index) => builder.connect(parts.at(index - 1)!.output("y"), part.input("u")));
  builder.exportOutput("y", parts[7]!.output("y"));
  await using simulator = new Simulator(builder.build());
  await simulator.initialize();
  assertEquals(simulator.context.output("y"), 2, "all see the values before");
  await simulator.advanceTo(3);
  assertEquals(simulator.context.output("y"), 5);
});

Deno.test("A diagram may be nested as deeply as there is memory", async () => {
  let inner: Diagram | typeof taker = taker;
  for (let depth = 0; depth < 3000; depth++) {
    const builder = new DiagramBuilder("box");
    const part = builder.add("in", inner as Diagram);
    builder.exportInput("u", part.input("u" as never));
    builder.exportOutput("y", part.output("y" as never));
    inner = builder.build();
  }
  await using simulator = new Simulator(inner);
  simulator.fix("u", 3);
  await simulator.initialize();
  assertEquals(simulator.context.output("y"), 4);
});

Deno.test("Systems whose ports have the same names and kinds share the accessors of what their functions see", () => {
  const builder = new DiagramBuilder("two");
  const make = () =>
    defineSystem({
      name: "one",
      inputs: { u: scalar(0, { optional: true }) },
      state: { x: scalar() },
      outputs: { y: { type: scalar(), feedthrough: [], value: ({ state }) => state.x } },
    });
  for (const name of ["a", "b"]) builder.add(name, make());
  const [one, other] = openContext(builder.build()).writer.parts;
  assert(one?.kind === "leaf" && other?.kind === "leaf");
  for (const view of ["input", "state", "next", "connected"] as const) {
    const [a, b] = [one, other].map((part) => Object.getOwnPropertyDescriptors(part.now[view]));
    const names = Object.keys(a!);
    assertEquals(names, view === "input" || view === "connected" ? ["u"] : ["x"]);
    for (const name of names) assert(a![name]!.get === b![name]!.get, `${view}.${name}`);
  }
});
