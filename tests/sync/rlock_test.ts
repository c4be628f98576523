import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { NotRecoverableError, OwnerDiedError, StateError, WaitTimeoutError } from "../../lib/errors.ts";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import {
  blocking,
  type CancelToken,
  cancelToken,
  cell,
  promised,
  type RLock,
  rlock,
  type SharedCell,
  Space,
  type WaitOptions,
} from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { loopMemory, Stage } from "../contracts/stage.ts";

interface Shared {
  readonly guard: RLock;
  readonly count: SharedCell<"i32">;
  readonly token: CancelToken;
}

/** Increments under as many guards of one lock. */
function nested(depths: readonly number[], optionsOf: (shared: Shared) => WaitOptions = () => ({})) {
  return function* (shared: Shared, _task: number, log: unknown[]): Steps<void> {
    for (const depth of depths) {
      try {
        yield* increment(shared, depth, optionsOf(shared));
        log.push("done");
      } catch (error) {
        if (!(error instanceof WaitTimeoutError)) throw error;
      }
    }
  };
}

function* increment(shared: Shared, depth: number, options: WaitOptions): Steps<void> {
  const { guard, count } = shared;
  if (depth === 0) return yield* count.store((yield* count.load()) + 1);
  using held = yield* guard.lock(options);
  if (held.ownerDied !== undefined) {
    yield* held.markConsistent();
    yield* count.load();
  }
  yield* increment(shared, depth - 1, options);
}

const things = (fair: boolean) => () => ({
  guard: rlock({ fair }),
  count: cell({ order: "plain" }),
  token: cancelToken(),
});

function freeAndCounted({ guard, count }: Shared, { log, memory }: RunView): void {
  assertEquals(runBlocking(memory, guard.statistics()), { owner: undefined, depth: 0, waiters: 0 });
  // A release comes after the increment, and before the note of it: who is interrupted there has counted unseen.
  assertEquals(blocking(count).load() >= log.length, true);
}

testPrimitive(
  "RLock",
  [false, true].flatMap((fair) => [
    scenario({
      name: `nested guards${fair ? ", fair" : ""}`,
      things: things(fair),
      tasks: [nested([1, 3]), nested([2, 1]), nested([2])],
      atEnd(shared, view) {
        freeAndCounted(shared, view);
        assertEquals(blocking(shared.count).load(), view.log.length);
      },
      afterDeath: "recovers",
    }),
    scenario({
      name: `timeouts and a token${fair ? ", fair" : ""}`,
      things: things(fair),
      tasks: [
        nested([2, 1], () => ({ timeout: 0.001 })),
        nested([2], ({ token }) => ({ cancel: token })),
        nested([1, 2], ({ token }) => ({ timeout: 0.002, cancel: token })),
      ],
      atEnd: freeAndCounted,
      afterDeath: "recovers",
    }),
  ]),
);

Deno.test("RLock behaves as its sequential model", () => {
  const tasks = 3;
  const commands = fc.array(fc.record({
    kind: fc.constantFrom("acquire", "acquire", "timed", "try", "release", "release", "expire"),
    task: fc.nat(tasks - 1),
  }));
  fc.assert(
    fc.property(commands, (commands) => {
      const stage = new Stage({ guard: rlock() }, tasks);
      let [owner, depth] = [-1, 0];
      let line: { task: number; timed: boolean }[] = [];
      for (const { kind, task } of commands) {
        const expected = new Map<number, unknown>();
        const waiter = line.find((waiter) => waiter.task === task);
        if (kind === "expire") {
          if (waiter?.timed !== true) continue;
          stage.expire(task);
          line = line.filter((other) => other !== waiter);
          expected.set(task, false);
        } else if (waiter === undefined) {
          stage.begin(task, ({ guard }) => {
            if (kind === "release") return guard.release();
            return kind === "try" ? guard.tryAcquire() : guard.acquire(kind === "timed" ? { timeout: 9 } : undefined);
          });
          if (kind === "release") {
            expected.set(task, owner === task ? undefined : "StateError");
            if (owner === task && --depth === 0) {
              owner = line.shift()?.task ?? -1;
              if (owner !== -1) depth = 1;
              if (owner !== -1) expected.set(owner, true);
            }
          } else if (owner === task || owner === -1) {
            owner = task;
            depth++;
            expected.set(task, true);
          } else if (kind === "try") expected.set(task, false);
          else line.push({ task, timed: kind === "timed" });
        }
        assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
        const statistics = { owner: owner === -1 ? undefined : owner, depth, waiters: line.length };
        assertEquals(runBlocking(stage.memory, stage.host.guard.statistics()), statistics);
        assertEquals(runBlocking(stage.memory, stage.host.guard.owners()), owner === -1 ? [] : [owner]);
      }
    }),
    { numRuns: runs(150) },
  );
});

Deno.test("RLock of a dead owner is free with an OwnerDiedError, and its depth is forgotten", () => {
  const stage = new Stage({ guard: rlock() }, 3);
  stage.begin(0, function* ({ guard }) {
    yield* guard.acquire();
    yield* guard.acquire();
  });
  stage.begin(1, ({ guard }) => guard.acquire());
  stage.ended();
  stage.kill(0);
  assertEquals([...stage.ended().values()].map((value) => value instanceof OwnerDiedError), [true]);
  assertEquals(runBlocking(stage.memory, stage.host.guard.statistics()), { owner: 1, depth: 1, waiters: 0 });
  stage.begin(2, ({ guard }) => guard.markConsistent());
  assertEquals(stage.ended().get(2), "StateError");
  stage.begin(1, function* ({ guard }) {
    yield* guard.markConsistent();
    yield* guard.release();
  });
  stage.begin(2, ({ guard }) => guard.tryAcquire());
  assertEquals([...stage.ended().values()], [undefined, true]);
});

Deno.test("RLock that nobody marked consistent is useless for all", () => {
  const stage = new Stage({ guard: rlock() }, 2);
  stage.begin(0, ({ guard }) => guard.acquire());
  stage.ended();
  stage.kill(0);
  stage.begin(1, function* ({ guard }) {
    assertInstanceOf(yield* guard.acquire(), OwnerDiedError);
    yield* guard.release();
    yield* guard.acquire();
  });
  assertEquals(stage.ended().get(1), NotRecoverableError.name);
});

Deno.test("RLock has a blocking and a promise face, and guards that end once", async () => {
  const space = new Space({ guard: rlock() }, { tasks: 2 });
  const memory = loopMemory(space.layout);
  const { guard } = space.bind(memory, { task: 0 });
  const { guard: others } = space.bind(memory, { task: 1 });
  const held = blocking(guard).lock();
  {
    using again = await promised(guard).lock({ timeout: 1 });
    assertEquals([blocking(guard).tryAcquire(), blocking(others).tryAcquire()], [true, false]);
    assertThrows(() => blocking(others).lock({ timeout: 0.001 }), WaitTimeoutError);
    assertThrows(() => blocking(others).release(), StateError);
    blocking(guard).release();
    again[Symbol.dispose]();
  }
  held[Symbol.dispose]();
  assertEquals(blocking(guard).locked(), false);
  assertEquals([await promised(others).acquire(), blocking(guard).acquire({ timeout: 0 })], [true, false]);
  await promised(others).release();
  assertThrows(() => guard.acquire({ timeout: -1 }), RangeError);
  assertThrows(() => guard.lock({ timeout: NaN }), RangeError);
});
