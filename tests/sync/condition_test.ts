import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CancelledError, NotRecoverableError, OwnerDiedError, StateError } from "../../lib/errors.ts";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import {
  blocking,
  type CancelToken,
  cancelToken,
  cell,
  type Condition,
  condition,
  type Lock,
  lock,
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

type AnyCondition = Condition<Lock | RLock>;

interface Store {
  readonly put: AnyCondition;
  readonly taken: AnyCondition;
  readonly items: SharedCell<"i32">;
  readonly token: CancelToken;
}

/** One lock with two conditions: what is put, and that it is taken. */
function store(kind: "lock" | "rlock") {
  return () => {
    const guard = kind === "lock" ? lock() : rlock();
    return {
      put: condition<Lock | RLock>({ lock: guard }),
      taken: condition<Lock | RLock>({ lock: guard }),
      items: cell({ order: "plain" }),
      token: cancelToken(),
    };
  };
}

/** Waits once, and repairs what a death has left; says who owns the lock afterwards, and how deep. */
function* waitOnce(condition: AnyCondition, { task, log, levels = 1, ...options }: WaitOptions & {
  readonly task: number;
  readonly log: unknown[];
  readonly levels?: number;
}): Steps<boolean> {
  try {
    return yield* condition.wait(options);
  } catch (error) {
    if (error instanceof NotRecoverableError) {
      log.push("lost");
      throw error;
    }
    if (!(error instanceof OwnerDiedError)) throw error;
    yield* condition.lock.markConsistent();
    return true;
  } finally {
    if (log.pop() !== "lost") {
      const { owner, depth = levels } = (yield* condition.lock.statistics()) as { owner?: number; depth?: number };
      if (owner !== task || depth !== levels) log.push(`${task} of ${owner}, ${depth} of ${levels}`);
    }
  }
}

function* take({ put, taken, items }: Store, wait: () => Steps<boolean>): Steps<boolean> {
  while ((yield* items.load()) === 0) if (!(yield* wait())) return false;
  yield* items.store((yield* items.load()) - 1);
  yield* taken.notify();
  assert((yield* put.statistics()).waiters >= 0);
  return true;
}

function takes(levels: number, optionsOf: (shared: Store) => WaitOptions = () => ({})) {
  return function* (shared: Store, task: number, log: unknown[]): Steps<boolean> {
    using held = yield* shared.put.lock.lock();
    if (held.ownerDied !== undefined) yield* held.markConsistent();
    using _again = levels > 1 ? yield* shared.put.lock.lock() : undefined;
    return yield* take(shared, () => {
      log.push("pending");
      return waitOnce(shared.put, { task, log, levels, ...optionsOf(shared) });
    });
  };
}

/** Puts items, each when the one before is taken, or when that takes too long. */
function puts(times: number, timeout?: number) {
  return function* ({ put, taken, items }: Store, task: number, log: unknown[]): Steps<void> {
    using held = yield* put.lock.lock();
    if (held.ownerDied !== undefined) yield* held.markConsistent();
    for (let time = 0; time < times; time++) {
      while ((yield* items.load()) > 0) {
        log.push("pending");
        if (!(yield* waitOnce(taken, { task, log, timeout }))) return;
      }
      yield* items.store(1);
      yield* put.notify();
    }
  };
}

/** What the waits left in the log: nothing, or what was wrong. */
function restored(_: Store, { log, dead }: RunView): void {
  const wrong = (log as string[]).filter((entry) => entry !== "pending" && entry !== "lost");
  if (dead === undefined) assertEquals(wrong, []);
}

function lockIsFree({ put, taken }: Store, view: RunView): void {
  const { memory } = view;
  const { owner, waiters } = runBlocking(memory, put.lock.statistics());
  assertEquals({ owner, waiters }, { owner: undefined, waiters: 0 });
  assertEquals([put, taken].map((condition) => runBlocking(memory, condition.statistics()).waiters), [0, 0]);
  assertEquals(owedWords(view), []);
}

function owedWords({ memory }: RunView): number[] {
  const { layout } = memory;
  return Array.from({ length: layout.wordCount }, (_, word) => word)
    .filter((word) => /\.owed/.test(layout.nameOf(word)))
    .map((word) => memory.perform({ kind: "load", cell: "i32", word, order: "atomic" }) as number)
    .filter((owed) => owed !== 0);
}

/** Unless the one who puts is gone or something is torn, the item that somebody gone was woken for is another's. */
function nobodyStarves(_: Store, { dead, interrupted, outcomes }: RunView): void {
  const errors = outcomes.map((outcome) => outcome.kind === "threw" ? (outcome.error as Error).name : "");
  if (dead === 0 || interrupted === 0 || errors.includes("NotRecoverableError")) return;
  assert(!errors.includes("DeadlockError"), errors.join());
}

testPrimitive("Condition", [
  ...(["lock", "rlock"] as const).flatMap((kind) => [
    scenario({
      name: `one item at a time, on a ${kind}`,
      things: store(kind),
      tasks: [puts(2), takes(1), takes(kind === "rlock" ? 2 : 1)],
      // Only waits of those who take are interrupted: the item that one was woken for is then the other's.
      spared: ["acquire", "notify", "statistics"],
      always: restored,
      atEnd(shared, view) {
        const failed = view.outcomes.filter(({ kind }) => kind === "threw").length;
        if (view.interrupted !== 0) assertEquals(blocking(shared.items).load(), failed);
        nobodyStarves(shared, view);
        lockIsFree(shared, view);
      },
      atDeath: nobodyStarves,
      afterDeath: "may-starve",
      afterFault: "may-starve",
    }),
    scenario({
      name: `timeouts and a token, on a ${kind}`,
      things: store(kind),
      tasks: [
        puts(2, 0.002),
        takes(1, ({ token }) => ({ timeout: 0.001, cancel: token })),
        takes(kind === "rlock" ? 2 : 1, () => ({ timeout: 0.002 })),
      ],
      always: restored,
      atEnd: lockIsFree,
      atDeath: nobodyStarves,
      afterDeath: "may-starve",
    }),
  ]),
  scenario({
    name: "all at once, with a predicate",
    things: () => ({ changed: condition(), open: cell({ order: "plain" }), token: cancelToken() }),
    tasks: [
      function* ({ changed, open }) {
        using held = yield* changed.lock.lock();
        if (held.ownerDied !== undefined) yield* held.markConsistent();
        yield* open.store(1);
        yield* changed.notifyAll();
      },
      ...Array.from({ length: 2 }, (_, index) =>
        function* (
          { changed, open, token }: {
            readonly changed: Condition<RLock>;
            readonly open: SharedCell<"i32">;
            readonly token: CancelToken;
          },
          _task: number,
          log: unknown[],
        ): Steps<void> {
          using held = yield* changed.lock.lock();
          if (held.ownerDied !== undefined) yield* held.markConsistent();
          function* isOpen(): Steps<boolean> {
            return (yield* open.load()) === 1;
          }
          const options = index === 0 ? { cancel: token } : { timeout: 0.001 };
          log.push(yield* changed.waitFor(isOpen, options));
        }),
    ],
    mayThrowAfterDeath: ["OwnerDiedError"],
    afterFault: "may-starve",
    afterDeath: "may-starve",
    atEnd({ changed }, view) {
      assertEquals(runBlocking(view.memory, changed.statistics()), { waiters: 0 });
      assertEquals(runBlocking(view.memory, changed.leaks()), []);
      assertEquals(owedWords(view), []);
    },
  }),
]);

Deno.test("Condition behaves as its sequential model", () => {
  const tasks = 4;
  const commands = fc.array(
    fc.record({
      kind: fc.constantFrom("acquire", "acquire", "release", "wait", "wait", "timed", "notify", "notifyAll", "expire"),
      task: fc.nat(tasks - 1),
      count: fc.nat(3),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(commands, (commands) => {
      const stage = new Stage({ changed: condition() }, tasks);
      let [owner, depth] = [-1, 0];
      // Who comes back, and what it is told; who waits for a notify.
      const back: { task: number; levels: number; told: boolean }[] = [];
      let line: { task: number; levels: number; timed: boolean }[] = [];
      for (const { kind, task, count } of commands) {
        const expected = new Map<number, unknown>();
        const pass = () => {
          const next = back.shift();
          [owner, depth] = [next?.task ?? -1, next?.levels ?? 0];
          if (next !== undefined) expected.set(next.task, next.told);
        };
        const wake = (count: number, told: boolean) => {
          back.push(...line.splice(0, count).map(({ task, levels }) => ({ task, levels, told })));
          if (owner === -1) pass();
        };
        if (kind === "expire") {
          const waiter = line.find((waiter) => waiter.task === task);
          if (waiter?.timed !== true) continue;
          stage.expire(task);
          line = [waiter, ...line.filter((other) => other !== waiter)];
          const rest = line.slice(1);
          line = [waiter];
          wake(1, false);
          line = rest;
        } else if (!stage.isBusy(task)) {
          stage.begin(task, ({ changed }) => {
            if (kind === "acquire") return changed.lock.acquire();
            if (kind === "release") return changed.lock.release();
            if (kind === "notify") return changed.notify(count);
            if (kind === "notifyAll") return changed.notifyAll();
            return changed.wait(kind === "timed" ? { timeout: 9 } : undefined);
          });
          if (kind === "acquire") {
            if (owner === task) depth++;
            else if (owner === -1) [owner, depth] = [task, 1];
            else back.push({ task, levels: 1, told: true });
            if (owner === task) expected.set(task, true);
          } else if (owner !== task) expected.set(task, "StateError");
          else if (kind === "release") {
            expected.set(task, undefined);
            if (--depth === 0) pass();
          } else if (kind === "notify" || kind === "notifyAll") {
            expected.set(task, undefined);
            wake(kind === "notify" ? count : line.length, true);
          } else {
            line.push({ task, levels: depth, timed: kind === "timed" });
            pass();
          }
        }
        assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
        const { changed } = stage.host;
        const statistics = { owner: owner === -1 ? undefined : owner, depth, waiters: back.length };
        assertEquals(runBlocking(stage.memory, changed.lock.statistics()), statistics);
        assertEquals(runBlocking(stage.memory, changed.statistics()), { waiters: line.length });
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Condition.waitFor() has one deadline over all wakes, and looks once more after it", () => {
  const stage = new Stage({ changed: condition() }, 2);
  let looks = 0;
  stage.begin(0, function* ({ changed }) {
    yield* changed.lock.acquire();
    return yield* changed.waitFor(() => ++looks > 3, { timeout: 0.01 });
  });
  for (const time of [4, 8]) {
    stage.advanceTo(time);
    stage.begin(1, function* ({ changed }) {
      yield* changed.lock.acquire();
      yield* changed.notify();
      yield* changed.lock.release();
    });
    assertEquals([...stage.ended().keys()], [1]);
  }
  assertEquals(looks, 3);
  stage.advanceTo(9.9);
  assertEquals(stage.ended().size, 0);
  stage.advanceTo(10);
  assertEquals([looks, stage.ended().get(0)], [4, true]);
});

Deno.test("Condition wakes all when a task dies with its lock", () => {
  const stage = new Stage({ changed: condition() }, 4);
  for (const task of [0, 1]) {
    stage.begin(task, function* ({ changed }) {
      yield* changed.lock.acquire();
      try {
        return yield* changed.wait();
      } catch (error) {
        if (!(error instanceof OwnerDiedError)) throw error;
        yield* changed.lock.markConsistent();
        return "repaired";
      } finally {
        yield* changed.lock.release();
      }
    });
  }
  stage.begin(2, ({ changed }) => changed.lock.acquire());
  assertEquals([...stage.ended().keys()], [2]);
  stage.kill(2);
  assertEquals([...stage.ended()], [[0, "repaired"], [1, true]]);
});

Deno.test("Condition.wait() on a lock that nobody repairs ends with a NotRecoverableError, for those who come later too", () => {
  const stage = new Stage({ changed: condition() }, 3);
  const heedless = function* ({ changed }: { readonly changed: Condition<RLock> }): Steps<void> {
    using _held = yield* changed.lock.lock();
    try {
      yield* changed.wait();
    } catch (error) {
      if (!(error instanceof OwnerDiedError)) throw error;
      yield* changed.wait();
    }
  };
  for (const task of [0, 1]) stage.begin(task, heedless);
  stage.begin(2, ({ changed }) => changed.lock.acquire());
  stage.ended();
  stage.kill(2);
  assertEquals([...stage.ended()], [[0, NotRecoverableError.name], [1, NotRecoverableError.name]]);
});

Deno.test("Condition has a blocking and a promise face", async () => {
  const things = { changed: condition(), token: cancelToken() };
  const space = new Space(things, { tasks: 2, lanesPerTask: 2 });
  const memory = loopMemory(space.layout);
  const { changed, token } = space.bind(memory, { task: 0 });
  const { changed: others } = space.bind(memory, { task: 1 });
  assertThrows(() => blocking(changed).notify(), StateError, "the owner of the lock");
  assertThrows(() => blocking(changed).waitFor(() => true), StateError);
  assertThrows(() => blocking(changed).wait(), StateError);
  {
    using _held = blocking(changed.lock).lock();
    assertEquals([blocking(changed).wait({ timeout: 0.001 }), blocking(changed).wait({ timeout: 0 })], [false, false]);
    assertEquals(blocking(changed).waitFor(() => false, { timeout: 0.001 }), false);
    const waiting = promised(changed).waitFor(() => blocking(others.lock).locked(), { timeout: 5 });
    assertEquals(await waiting, true);
    const woken = promised(changed).wait({ timeout: 5 });
    using _theirs = await promised(others.lock).lock();
    await promised(others).notify();
    await promised(others).notifyAll();
    blocking(others).notifyAll();
    blocking(others).notify(2);
    _theirs[Symbol.dispose]();
    assertEquals(await woken, true);
    runBlocking(memory, token.cancel());
    assertThrows(() => blocking(changed).wait({ cancel: blocking(token) }), CancelledError);
    assertEquals(runBlocking(memory, changed.lock.statistics()).depth, 1);
  }
  assertEquals(blocking(changed.lock).locked(), false);
  assertThrows(() => changed.wait({ timeout: -1 }), RangeError);
  assertThrows(() => changed.notify(-1), RangeError);
  assertThrows(() => changed.notify(0.5), RangeError);
  assertThrows(() => changed.waitUntil({ deadline: NaN }), RangeError);
  assertThrows(() => changed.waitFor("ready" as unknown as () => boolean), TypeError, "a function is wanted");
});
