import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ChannelClosedError, MemoryFullError, UncloneableError } from "../../lib/errors.ts";
import { type Channel, channel, select, type SelectOptions } from "../../lib/mailbox/mod.ts";
import { ModelMemory, runBlocking, seededChooser, type Steps } from "../../lib/memory/mod.ts";
import { blocking, type CancelToken, cancelToken, Space } from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { Stage } from "../contracts/stage.ts";
import { checkFlow, itemsOf } from "./flow.ts";

interface Desk {
  readonly left: Channel<number>;
  readonly right: Channel<number>;
  readonly token: CancelToken;
}

const things = (capacity: number) => () => ({
  left: channel<number>({ capacity, bytes: 256 }),
  right: channel<number>({ capacity, bytes: 256 }),
  token: cancelToken(),
});

function puts(side: "left" | "right", count: number) {
  return function* (desk: Desk, task: number, log: unknown[]): Steps<void> {
    for (const item of itemsOf(task + 1, count)) {
      log.push(["begin", item, task]);
      yield* desk[side].put(item, { cancel: desk.token });
      log.push(["put", item, task]);
    }
  };
}

function takes(side: "left" | "right", count: number) {
  return function* (desk: Desk, task: number, log: unknown[]): Steps<void> {
    for (let got = 0; got < count; got++) log.push(["got", yield* desk[side].take({ cancel: desk.token }), task]);
  };
}

function selectTakes(count: number, options: SelectOptions = {}) {
  return function* ({ left, right, token }: Desk, task: number, log: unknown[]): Steps<void> {
    for (let got = 0; got < count; got++) {
      const selected = yield* select([{ take: left }, { take: right }], { ...options, cancel: token });
      if (selected !== undefined) log.push(["got", selected.value, task]);
    }
  };
}

function selectPuts(count: number, options: SelectOptions = {}) {
  return function* ({ left, right, token }: Desk, task: number, log: unknown[]): Steps<void> {
    for (const item of itemsOf(task + 1, count)) {
      log.push(["begin", item, task]);
      const operations = [{ put: left, value: item }, { put: right, value: item }];
      if (yield* select(operations, { ...options, cancel: token })) log.push(["put", item, task]);
    }
  };
}

function drain(jobs: Channel<number>): number[] {
  const rest: number[] = [];
  for (let taken = blocking(jobs).tryTake(); taken !== undefined; taken = blocking(jobs).tryTake()) {
    rest.push(taken.value);
  }
  return rest;
}

function flows({ left, right }: Desk, view: RunView): void {
  const rest = [...drain(left), ...drain(right)];
  for (const side of [left, right]) {
    const { size, putters, takers } = runBlocking(view.memory, side.statistics());
    assertEquals([size, putters, takers], [0, 0, 0]);
  }
  // Two channels promise no order between them.
  checkFlow(view, rest, { ordered: false });
}

function flowsUnlessTorn(desk: Desk, view: RunView): void {
  try {
    flows(desk, view);
  } catch (error) {
    if (!(error instanceof Error && error.name === "NotRecoverableError")) throw error;
  }
}

const laws = { atEnd: flows, atDeath: flowsUnlessTorn, afterDeath: "may-starve", afterFault: "may-starve" } as const;

testPrimitive("select()", [
  ...[0, 1].flatMap((capacity) => [
    scenario({
      name: `takes from two producers, capacity ${capacity}`,
      things: things(capacity),
      tasks: [puts("left", 2), puts("right", 2), selectTakes(2), selectTakes(2)],
      ...laws,
    }),
    scenario({
      name: `puts to two consumers, capacity ${capacity}`,
      things: things(capacity),
      // All that is not taken stays in the channels.
      tasks: [selectPuts(1 + capacity), selectPuts(1 + capacity), takes("left", 1), takes("right", 1)],
      ...laws,
    }),
    scenario({
      name: `selects meet selects, with timeouts, capacity ${capacity}`,
      things: things(capacity),
      tasks: [selectPuts(2, { timeout: 2 }), selectPuts(1, { timeout: 1 }), selectTakes(3, { timeout: 1 })],
      ...laws,
    }),
  ]),
  scenario({
    name: "one puts where the other takes",
    things: things(0),
    tasks: [0, 1].map((turn) =>
      function* ({ left, right, token }: Desk, task: number, log: unknown[]): Steps<void> {
        const [mine, theirs] = turn === 0 ? [left, right] : [right, left];
        for (const item of itemsOf(task + 1, 2)) {
          log.push(["begin", item, task]);
          const selected = yield* select([{ put: mine, value: item }, { take: theirs }], { timeout: 1, cancel: token });
          if (selected?.index === 0) log.push(["put", item, task]);
          else if (selected?.index === 1) log.push(["got", selected.value, task]);
        }
      }
    ),
    ...laws,
  }),
], { random: 40, preemptions: 250, seeds: 3, points: 30 });

Deno.test("select() picks each operation that can be done alike, under the memory's chance and under a seed", () => {
  const space = new Space({ left: channel({ capacity: 9 }), right: channel({ capacity: 9 }) }, { tasks: 1 });
  for (const seeded of [false, true]) {
    const memory = new ModelMemory(space.layout, { chooser: seededChooser(1) });
    const { left, right } = space.bind(memory, { task: 0 });
    const counts = [0, 0];
    for (let round = 0; round < 1000; round++) {
      blocking(left).tryPut(1);
      blocking(right).tryPut(1);
      const options = seeded ? { seed: round } : {};
      const selected = runBlocking(memory, select([{ take: left }, { take: right }], options));
      counts[selected!.index]!++;
      blocking(left).tryTake();
      blocking(right).tryTake();
    }
    assert(counts.every((count) => count > 400), `${counts}`);
  }
});

Deno.test("select() does exactly one operation, of those that can be done", () => {
  const sides = ["a", "b", "c"] as const;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 3, maxLength: 3 }),
      fc.array(fc.record({ side: fc.nat(2), value: fc.integer() }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      fc.integer(),
      (levels, wanted, putting, seed) => {
        const make = ([capacity]: [number, number]) => channel<number>({ capacity });
        const stage = new Stage({ a: make(levels[0]!), b: make(levels[1]!), c: make(levels[2]!) }, 1);
        const { host } = stage;
        const sizes = levels.map(([capacity, level]) => Math.min(capacity, level));
        for (const [index, size] of sizes.entries()) {
          for (let n = 0; n < size; n++) blocking(host[sides[index]!]).put(-1);
        }
        const operations = wanted.map(({ side, value }) =>
          putting[side] ? { put: host[sides[side]!], value } : { take: host[sides[side]!] }
        );
        const can = wanted.map(({ side }) => putting[side] ? sizes[side]! < levels[side]![0] : sizes[side]! > 0);
        const selected = runBlocking(stage.memory, select(operations, { default: true, seed }));
        assertEquals(selected !== undefined, can.includes(true));
        if (selected !== undefined) {
          assert(can[selected.index]);
          const { side } = wanted[selected.index]!;
          sizes[side]! += putting[side] ? 1 : -1;
          assertEquals(selected.value, putting[side] ? undefined : -1);
        }
        assertEquals(sides.map((side) => runBlocking(stage.memory, host[side].statistics()).size), sizes);
      },
    ),
    { numRuns: runs(300) },
  );
});

Deno.test("select() refuses what makes no sense, at once, and throws for a closed channel", () => {
  const stage = new Stage({ left: channel({ capacity: 1, bytes: 64 }), right: channel() }, 1);
  const { left, right } = stage.host;
  const other = new Stage({ elsewhere: channel() }, 1).host.elsewhere;
  assertThrows(() => select([]), TypeError, "no operation");
  assertThrows(() => select([{ take: {} as Channel }]), TypeError, "no channel");
  assertThrows(() => select([{ take: left }, { take: other }]), TypeError, "elsewhere is no channel of this space");
  assertThrows(() => select([{ take: left }, { put: left, value: 1 }]), TypeError, "a take and a put on left");
  assertThrows(() => select([{ put: left, value: () => {} }]), UncloneableError);
  assertThrows(() => select([{ put: left, value: "x".repeat(99) }]), MemoryFullError);
  assertThrows(() => select([{ take: left }], { timeout: -1 }), RangeError);
  blocking(right).close("gone");
  for (const operation of [{ take: right }, { put: right, value: 1 }]) {
    const error = assertThrows(
      () => runBlocking(stage.memory, select([{ take: left }, operation])),
      ChannelClosedError,
    );
    assertEquals(error.cause, "gone");
  }
});
