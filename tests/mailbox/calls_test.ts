import { assertEquals, assertThrows } from "@std/assert";
import { ModelMemory, type Operation } from "../../lib/memory/mod.ts";
import { cell, cells, type Shareable, type SharedThing, Space } from "../../lib/sync/mod.ts";
import { channel, future, queue } from "../../lib/mailbox/mod.ts";
import { encode } from "../../lib/codec/mod.ts";
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

Deno.test("calls that take bytes refuse what is none, at once and with nothing changed", () => {
  const space = new Space({ jobs: queue({ bytes: 256 }), results: channel({ bytes: 256 }), answer: future() }, {
    tasks: 1,
  });
  const memory = new ModelMemory(space.layout);
  const { jobs, results, answer } = space.bind(memory, { task: 0 });
  const item = [...encode("four")].slice(0, 4);
  const header = 4 * item.length;
  const nothings = [
    undefined,
    null,
    "abcd",
    5,
    item,
    { length: 8 },
    { length: -5 },
    { length: "5" },
    new Uint16Array(4),
  ];
  const torn = [[header], [header, 0, 0], [header, 0, 0, 0], [header | 1, 0, 0, 0, ...item], [0, 0, 0, 0, header]];
  const before = memory.save();
  // As they arrive from elsewhere: of any type.
  for (const bytes of nothings as never[]) {
    for (const thing of [jobs, results]) {
      assertThrows(() => thing.putBytes(bytes), TypeError);
      assertThrows(() => thing.putRecords(bytes), TypeError);
    }
    assertThrows(() => answer.putBytes(bytes), TypeError);
    assertThrows(() => answer.failBytes(bytes), TypeError);
    if (bytes === undefined) continue;
    assertThrows(() => results.closeBytes(bytes), TypeError);
    assertThrows(() => results.selectBytes([{ channel: "results", put: bytes }]), TypeError);
  }
  for (const records of torn.map((bytes) => Uint8Array.from(bytes))) {
    assertThrows(() => jobs.putRecords(records), TypeError, "the batch is torn");
    assertThrows(() => results.putRecords(records), TypeError, "the batch is torn");
  }
  assertThrows(() => results.closeBytes(new Uint8Array(8193)), RangeError, "a reason of 8193 bytes");
  assertEquals(memory.save(), before);
});
