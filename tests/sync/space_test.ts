import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MemoryFullError } from "../../lib/errors.ts";
import { ModelMemory, runBlocking } from "../../lib/memory/mod.ts";
import {
  type Binding,
  blocking,
  cell,
  cells,
  type Lock,
  lock,
  NO_LANE,
  semaphore,
  type Shareable,
  Space,
} from "../../lib/sync/mod.ts";

/** A thing with another as its part, which shows its binding. */
function pair(guard: Shareable<Lock>): Shareable<{ readonly guard: Lock; readonly binding: Binding }> {
  return {
    kind: "pair",
    reserve(space, name) {
      const bind = space.part(`${name}.guard`, guard);
      return (binding) => ({ guard: bind(binding), binding });
    },
  };
}

Deno.test("Space gives the same description the same places", () => {
  const things = () => ({ guard: lock(), row: cells({ length: 3, cell: "f64" }), tellers: semaphore(2) });
  fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), (tasks, lanesPerTask) => {
    const [one, other] = [0, 1].map(() => new Space(things(), { tasks, lanesPerTask }));
    assertEquals(one!.layout.toTable(), other!.layout.toTable());
    assert(one!.layout.frozen);
  }));
});

Deno.test("Space lets one thing be a part of others and stand for itself", () => {
  const guard = lock();
  const spaces = [
    new Space({ guard, one: pair(guard), other: pair(guard) }, { tasks: 2 }),
    new Space({ one: pair(guard), other: pair(guard), guard }, { tasks: 2 }),
  ];
  for (const space of spaces) {
    const memory = new ModelMemory(space.layout);
    const [mine, yours] = [0, 1].map((task) => space.bind(memory, { task }));
    assert(mine!.guard === mine!.one.guard && mine!.guard === mine!.other.guard);
    assertEquals([mine!.guard.name, mine!.one.guard === yours!.one.guard], ["guard", false]);
    assertEquals(blocking(mine!.one.guard).acquire(), true);
    assertEquals([blocking(yours!.other.guard).tryAcquire(), blocking(yours!.guard).locked()], [false, true]);
  }
  const hidden = new Space({ one: pair(guard), other: pair(lock()) }, { tasks: 1 });
  const { one, other } = hidden.bind(new ModelMemory(hidden.layout));
  assertEquals([one.guard.name, other.guard.name, one.guard === other.guard], ["one.guard", "other.guard", false]);
});

Deno.test("Space refuses one thing under two names, and numbers that make no sense", () => {
  const guard = lock();
  assertThrows(() => new Space({ guard, again: guard }, { tasks: 1 }), TypeError, "one thing has two names");
  for (const tasks of [0, -1, 0.5, NaN]) {
    assertThrows(() => new Space({ guard }, { tasks }), RangeError, "Cannot share: among");
    assertThrows(() => new Space({ guard }, { tasks: 1, lanesPerTask: tasks }), RangeError, "lanes a task");
  }
  const space = new Space({ guard }, { tasks: 2 });
  const memory = new ModelMemory(space.layout);
  for (const task of [-1, 3, 0.5]) assertThrows(() => space.bind(memory, { task }), RangeError, "Cannot bind task");
});

Deno.test("Space.initialize() stores the first value of each thing, and nothing else", () => {
  const space = new Space({
    tellers: semaphore(7),
    row: cells({ length: 2, initial: 3 }),
    long: cells({ length: 2, cell: "i64", initial: -5n }),
    half: cell({ cell: "f64", initial: 0.5 }),
    zero: cell(),
  }, { tasks: 1 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const { tellers, row, long, half, zero } = space.bind(memory);
  assertEquals(runBlocking(memory, tellers.statistics()), { permits: 7, waiters: 0 });
  const at = [0, 1].flatMap((index) => [blocking(row).at(index).load(), blocking(long).at(index).load()]);
  assertEquals([...at, blocking(half).load(), blocking(zero).load()], [3, -5n, 3, -5n, 0.5, 0]);
});

Deno.test("Binding has lanes and wake words of its own task, and as many waits as lanes", () => {
  const few = fc.integer({ min: 1, max: 3 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), few, few, (tasks, lanesPerTask, hostLanes) => {
    const space = new Space({ pair: pair(lock()) }, { tasks, lanesPerTask, hostLanes, names: ["ann"] });
    const memory = new ModelMemory(space.layout);
    const words = new Set<string>();
    for (let task = 0; task <= tasks; task++) {
      const { binding } = space.bind(memory, { task }).pair;
      const length = task === tasks ? hostLanes : lanesPerTask;
      const lanes = Array.from({ length }, () => binding.tryLane());
      assertEquals(lanes.map((lane) => binding.taskOf(lane)), lanes.map(() => task));
      for (const lane of lanes) words.add(memory.layout.nameOf(binding.wakeWord(lane)));
      assertEquals(binding.tryLane(), NO_LANE);
      const error = binding.noLane();
      assert(error instanceof MemoryFullError);
      const name = task === 0 ? "ann" : task === tasks ? "the host" : `task ${task}`;
      assert(error.message.includes(`${name} waits ${length} times at once`), error.message);
      binding.freeLane(lanes[0]!);
      assertEquals(binding.tryLane(), lanes[0]);
    }
    assertEquals(words.size, tasks * lanesPerTask + hostLanes);
    assert([...words].every((word) => word.startsWith("lanes.wake")));
  }));
});
