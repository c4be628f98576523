import { assertEquals } from "@std/assert";
import { ModelMemory, type Operation } from "../../lib/memory/mod.ts";
import { cell, cells, type Shareable, type SharedThing, Space } from "../../lib/sync/mod.ts";
import { primitiveNames, primitives } from "../contracts/primitives.ts";

/** Arguments of which each method takes some. */
const ARGUMENTS: readonly (readonly unknown[])[] = [
  [],
  [1],
  [{ deadline: 5 }],
  [new Uint8Array(4)],
  [() => true],
  [[{ channel: "thing" }]],
];

function make(shareable: Shareable<SharedThing>): SharedThing {
  const space = new Space({ thing: shareable }, { tasks: 1 });
  return space.bind(new ModelMemory(space.layout), { task: 0 }).thing;
}

/** The first operation that a method's steps yield, where it gives steps. */
function firstOf(thing: SharedThing, method: string, args: readonly unknown[]): Operation | undefined {
  try {
    const given: unknown = Reflect.apply(Reflect.get(thing, method), thing, args);
    if (given instanceof Promise) given.catch(() => {});
    if (typeof given !== "object" || given === null || !(Symbol.iterator in given)) return undefined;
    return (given as Iterable<Operation>)[Symbol.iterator]().next().value;
  } catch {
    // Not with these arguments.
    return undefined;
  }
}

/** The methods of a thing that begin with a call of their own name, found by trying them. */
function callsOf(make: () => SharedThing): string[] {
  const methods = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(make())))
    .filter(([name, { value }]) => name !== "constructor" && typeof value === "function")
    .map(([name]) => name);
  return methods.filter((method) =>
    ARGUMENTS.some((args) => {
      const first = firstOf(make(), method, args);
      return first?.kind === "call" && first.object === "thing" && first.method === method;
    })
  );
}

Deno.test("every primitive has its list of calls tried", () => {
  assertEquals(Object.keys(primitives).sort(), primitiveNames);
});

for (const [name, shareable] of Object.entries(primitives)) {
  Deno.test(`${name} lists exactly the methods that are calls`, () => {
    const { calls } = make(shareable());
    assertEquals([...calls ?? []].sort(), callsOf(() => make(shareable())).sort());
  });
}

Deno.test("cells have no calls, and no list", () => {
  for (const shareable of [() => cell(), () => cells({ length: 2 })]) {
    assertEquals([make(shareable()).calls, callsOf(() => make(shareable()))], [undefined, []]);
  }
});
