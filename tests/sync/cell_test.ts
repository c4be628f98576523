import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Cell, ModelMemory, runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { blocking, cell, cells, type Shared, type SharedCell, Space } from "../../lib/sync/mod.ts";
import { scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";

const things = () => ({
  whole: cell(),
  half: cell({ cell: "f64" }),
  long: cell({ cell: "i64" }),
  row: cells({ length: 2 }),
});

function* sums({ whole, half, long, row }: Shared<ReturnType<typeof things>>): Steps<void> {
  for (let time = 0; time < 3; time++) {
    yield* whole.add(1);
    yield* half.add(0.5);
    yield* long.add(-1n);
    yield* increment(row.at(time % 2));
  }
}

testPrimitive("SharedCell", [
  scenario({
    name: "sums",
    things,
    tasks: [sums, sums, sums],
    atEnd({ whole, half, long, row }) {
      assertEquals([blocking(whole).load(), blocking(half).load(), blocking(long).load()], [9, 4.5, -9n]);
      assertEquals([blocking(row).at(0).load(), blocking(row).at(1).load()], [6, 3]);
    },
    afterDeath: "recovers",
  }),
]);

function* increment(count: SharedCell<"i32">): Steps<void> {
  for (let seen = yield* count.load();;) {
    const found = yield* count.compareExchange(seen, seen + 1);
    if (found === seen) return;
    seen = found;
  }
}

const kinds: { [C in Cell]: fc.Arbitrary<number | bigint> } = {
  i32: fc.integer(),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  f64: fc.double(),
};

for (const kind of ["i32", "i64", "f64"] as const) {
  for (const order of ["atomic", "plain"] as const) {
    Deno.test(`SharedCell and SharedArray of ${kind}, ${order}, keep what is stored, each for itself`, () => {
      const value = kinds[kind] as fc.Arbitrary<never>;
      fc.assert(
        fc.property(value, value, value, fc.nat(4), (initial, one, other, index) => {
          const options = { cell: kind, order, initial };
          const space = new Space({ pad: cell(), single: cell(options), row: cells({ ...options, length: 5 }) }, {
            tasks: 2,
          });
          const memory = new ModelMemory(space.layout);
          runBlocking(memory, space.initialize());
          const [mine, yours] = [0, 1].map((task) => space.bind(memory, { task }));
          const row = () => Array.from({ length: 5 }, (_, at) => blocking(yours!.row).at(at).load());
          assertEquals([blocking(yours!.single).load(), ...row()], Array(6).fill(initial));
          blocking(mine!.single).store(one);
          assert(Object.is(runBlocking(memory, mine!.row.at(index).exchange(other)), initial));
          assert(Object.is(blocking(yours!.single).load(), one));
          assertEquals(row(), Array(5).fill(initial).with(index, other));
          // Who expects another value changes nothing; who expects the present one does.
          assert(Object.is(runBlocking(memory, yours!.single.compareExchange(one, other)), one));
          assert(Object.is(blocking(mine!.single).load(), other));
          if (!Object.is(one, other)) {
            assert(Object.is(runBlocking(memory, yours!.single.compareExchange(one, initial)), other));
            assert(Object.is(blocking(mine!.single).load(), other));
          }
          assertEquals(blocking(mine!.pad).load(), 0);
        }),
        { numRuns: runs(100) },
      );
    });
  }
}

Deno.test("SharedCell.add() wraps integers and gives the value before", () => {
  const space = new Space({
    whole: cell({ initial: 2 ** 31 - 1 }),
    long: cell({ cell: "i64", initial: 2n ** 63n - 1n }),
  }, {
    tasks: 1,
  });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const { whole, long } = space.bind(memory, { task: 0 });
  assertEquals([blocking(whole).add(1), blocking(whole).load()], [2 ** 31 - 1, -(2 ** 31)]);
  assertEquals([blocking(long).add(1n), blocking(long).load()], [2n ** 63n - 1n, -(2n ** 63n)]);
});

Deno.test("SharedArray.at() refuses an index that it does not have", () => {
  const space = new Space({ row: cells({ length: 3 }) }, { tasks: 1 });
  const { row } = space.bind(new ModelMemory(space.layout), { task: 0 });
  assertEquals([row.length, row.at(2).name], [3, "row[2]"]);
  for (const index of [-1, 3, 0.5, NaN]) {
    assertThrows(() => row.at(index), RangeError, `Cannot reach row[${index}]: it has 3 cells`);
  }
});

Deno.test("SharedCell accesses are one operation each, of the cell's kind and order", () => {
  const space = new Space({ one: cell({ cell: "f64", order: "plain" }) }, { tasks: 1 });
  const { one } = space.bind(new ModelMemory(space.layout), { task: 0 });
  const steps: [string, Steps<unknown>][] = [
    ["load", one.load()],
    ["store", one.store(1)],
    ["add", one.add(1)],
    ["exchange", one.exchange(1)],
    ["compareExchange", one.compareExchange(0, 1)],
  ];
  for (const [kind, steps_] of steps) {
    const iterator = steps_[Symbol.iterator]();
    const { value, done } = iterator.next();
    assert(done !== true && value.kind === kind && "cell" in value);
    assertEquals([value.cell, value.order], ["f64", "plain"]);
    assertEquals(iterator.next(0).done, true);
  }
});
