/**
 * What tasks can do with each primitive: every method of `lib/sync` and `lib/mailbox` for tasks, as acts by name.
 *
 * - An act gives what its methods gave. It may keep what it takes: that somebody then waits for ever is an outcome, too.
 * - What depends on the clock's values is left out of that: they differ where time is real.
 *
 * @module
 */

import { type Channel, channel, type Future, future, type Queue, queue, select } from "../../../lib/mailbox/mod.ts";
import { now, type Steps } from "../../../lib/memory/mod.ts";
import * as sync from "../../../lib/sync/mod.ts";
import type { Shareable, SharedCell, WaitOptions } from "../../../lib/sync/mod.ts";

/** What an act has besides its thing. */
export interface Around {
  /** 1 or 2. */
  readonly count: number;
  /** How it waits. */
  readonly wait: WaitOptions | undefined;
  /** A cell that all share. */
  readonly x: SharedCell<"i32">;
}

/** A kind of thing: the ways to make it, and what can be done with it. */
export interface Kind {
  readonly make: readonly (() => Shareable<unknown>)[];
  readonly acts: Readonly<Record<string, (thing: unknown, around: Around) => Steps<unknown>>>;
  /** What can be told about the thing at the end. */
  readonly look: (thing: unknown) => Steps<unknown>;
}

type Acts<T> = Readonly<Record<string, (thing: T, around: Around) => Steps<unknown>>>;

/** A kind; its acts have one of the name `statistics` where no look is given. */
function kind<T>(
  make: readonly (() => Shareable<T>)[],
  acts: Acts<T>,
  look: ((thing: T) => Steps<unknown>) | undefined = acts.statistics as (thing: T) => Steps<unknown>,
): Kind {
  // What can be done with things of a kind gets things that its own ways have made.
  return { make, acts: acts as Kind["acts"], look: look as Kind["look"] };
}

// So many that an error fits with any stack.
const bytes = 4096;

/** What a function does that a method runs. */
function* bump({ x }: Around): Steps<void> {
  yield* x.add(1);
}

/** The same, and it fails. */
function* fail(around: Around): Steps<never> {
  yield* bump(around);
  throw new RangeError("it fails");
}

/** A change under a guard. */
function* under(guard: Steps<Disposable>, { x }: Around): Steps<number> {
  using _held = yield* guard;
  return yield* x.add(1);
}

/** A change, or a look, between a take and a give. */
function* between(take: Steps<unknown>, inside: () => Steps<unknown>, give: () => Steps<unknown>): Steps<unknown> {
  const taken = yield* take;
  if (taken === false) return taken;
  const seen = yield* inside();
  yield* give();
  return [taken, seen];
}

const locks: Acts<sync.Lock | sync.RLock> = {
  acquire: (lock, { wait }) => lock.acquire(wait),
  tryAcquire: (lock) => lock.tryAcquire(),
  release: (lock) => lock.release(),
  lock: (lock, around) => under(lock.lock(around.wait), around),
  locked: (lock) => lock.locked(),
  markConsistent: (lock) => lock.markConsistent(),
  statistics: (lock) => lock.statistics(),
  "acquire, add, release": (lock, { wait, x }) => between(lock.acquire(wait), () => x.add(1), () => lock.release()),
  "acquire, statistics, release": (lock, { wait }) =>
    between(lock.acquire(wait), () => lock.statistics(), () => lock.release()),
};

function* inLock(condition: sync.Condition<sync.RLock>, inside: () => Steps<unknown>): Steps<unknown> {
  using _held = yield* condition.lock.lock();
  return yield* inside();
}

/** Whether a timer's function ran, by what `run` gives. */
function* ran(late: Steps<number | undefined>): Steps<boolean> {
  return (yield* late) !== undefined;
}

/** All kinds, by name. */
export const kinds = {
  cell: kind([() => sync.cell(), () => sync.cell({ initial: 1 })], {
    load: (cell) => cell.load(),
    store: (cell, { count }) => cell.store(count),
    add: (cell, { count }) => cell.add(count),
    exchange: (cell, { count }) => cell.exchange(count),
    compareExchange: (cell, { count }) => cell.compareExchange(0, count),
    until: (cell, { count }) => sync.until(cell, (value) => value >= count),
  }, (cell) => cell.load()),
  cells: kind([() => sync.cells({ length: 2, cell: "f64" })], {
    *store(cells, { count }) {
      yield* cells.at(count - 1).store(count / 2);
    },
    *both(cells) {
      return [yield* cells.at(0).load(), yield* cells.at(1).load()];
    },
  }, (cells) => cells.at(1).load()),
  i64: kind([() => sync.cell({ cell: "i64" })], {
    load: (cell) => cell.load(),
    add: (cell, { count }) => cell.add(BigInt(count)),
    exchange: (cell, { count }) => cell.exchange(BigInt(count)),
    compareExchange: (cell, { count }) => cell.compareExchange(0n, BigInt(count)),
  }, (cell) => cell.load()),
  lock: kind(
    [
      () => sync.lock(),
      () => sync.lock({ owned: true }),
      () => sync.lock({ fair: true }),
      () => sync.lock({ held: true }),
    ],
    locks,
  ),
  rlock: kind([() => sync.rlock()], {
    ...locks,
    *twice(lock, around) {
      using _held = yield* lock.lock();
      return yield* under(lock.lock(), around);
    },
  }),
  rwlock: kind([() => sync.rwlock()], {
    acquireRead: (lock, { wait }) => lock.acquireRead(wait),
    tryAcquireRead: (lock) => lock.tryAcquireRead(),
    acquireWrite: (lock, { wait }) => lock.acquireWrite(wait),
    tryAcquireWrite: (lock) => lock.tryAcquireWrite(),
    releaseRead: (lock) => lock.releaseRead(),
    releaseWrite: (lock) => lock.releaseWrite(),
    read: (lock, around) => under(lock.read(around.wait), around),
    write: (lock, around) => under(lock.write(around.wait), around),
    markConsistent: (lock) => lock.markConsistent(),
    statistics: (lock) => lock.statistics(),
    "read, add, release": (lock, { wait, x }) =>
      between(lock.acquireRead(wait), () => x.load(), () => lock.releaseRead()),
    "write, add, release": (lock, { wait, x }) =>
      between(lock.acquireWrite(wait), () => x.add(1), () => lock.releaseWrite()),
  }),
  condition: kind([() => sync.condition()], {
    wait: (condition, { wait }) => inLock(condition, () => condition.wait(wait)),
    waitUntil: (condition) =>
      inLock(condition, function* () {
        return yield* condition.waitUntil({ deadline: (yield* now()) + 1 });
      }),
    waitFor: (condition, { wait, x }) =>
      inLock(condition, () =>
        condition.waitFor(function* () {
          return (yield* x.load()) > 0;
        }, wait)),
    notify: (condition, { count }) => inLock(condition, () => condition.notify(count)),
    notifyAll: (condition) => inLock(condition, () => condition.notifyAll()),
    "add, notifyAll": (condition, around) =>
      inLock(condition, function* () {
        yield* bump(around);
        yield* condition.notifyAll();
      }),
    unowned: (condition) => condition.notify(),
    isMine: (condition) => condition.isMine(),
    statistics: (condition) => condition.statistics(),
  }),
  event: kind([() => sync.event()], {
    set: (event) => event.set(),
    clear: (event) => event.clear(),
    isSet: (event) => event.isSet(),
    wait: (event, { wait }) => event.wait(wait),
    tryWait: (event) => event.tryWait(),
    statistics: (event) => event.statistics(),
  }),
  semaphore: kind(
    [() => sync.semaphore(0), () => sync.semaphore(1), () => sync.semaphore(2), () => sync.boundedSemaphore(2)],
    {
      acquire: (permits, { count, wait }) => permits.acquire({ ...wait, permits: count }),
      plain: (permits) => permits.acquire(),
      tryAcquire: (permits, { count }) => permits.tryAcquire(count),
      release: (permits, { count }) => permits.release(count),
      hold: (permits, around) => under(permits.hold({ ...around.wait, permits: around.count }), around),
      acquireHeld: (permits, { count, wait }) => permits.acquireHeld({ ...wait, permits: count }),
      releaseHeld: (permits, { count }) => permits.releaseHeld(count),
      statistics: (permits) => permits.statistics(),
      "acquire, add, release": (permits, { wait, x }) =>
        between(permits.acquire(wait), () => x.add(1), () => permits.release()),
    },
  ),
  barrier: kind([() => sync.barrier(2), () => sync.barrier(1)], {
    wait: (barrier, { wait }) => barrier.wait(wait),
    "wait and act": (barrier, around) => barrier.wait({ ...around.wait, action: () => bump(around) }),
    "wait and fail": (barrier, around) => barrier.wait({ action: () => fail(around) }),
    tryWait: (barrier) => barrier.tryWait(),
    abort: (barrier) => barrier.abort(),
    reset: (barrier) => barrier.reset(),
    statistics: (barrier) => barrier.statistics(),
  }),
  latch: kind([() => sync.latch(1), () => sync.latch(2)], {
    countDown: (latch, { count }) => latch.countDown(count),
    wait: (latch, { wait }) => latch.wait(wait),
    tryWait: (latch) => latch.tryWait(),
    statistics: (latch) => latch.statistics(),
  }),
  waitGroup: kind([() => sync.waitGroup()], {
    add: (group, { count }) => group.add(count),
    done: (group) => group.done(),
    wait: (group, { wait }) => group.wait(wait),
    tryWait: (group) => group.tryWait(),
    statistics: (group) => group.statistics(),
  }),
  once: kind([() => sync.once()], {
    run: (once, around) => once.run(() => bump(around), around.wait),
    "run and fail": (once, around) => once.run(() => fail(around)),
    tryRun: (once, around) => once.tryRun(() => bump(around)),
    begin: (once, { wait }) => once.begin(wait),
    finish: (once) => once.finish(),
    done: (once) => once.done(),
    statistics: (once) => once.statistics(),
  }),
  timer: kind([() => sync.timer({ interval: 0.001 })], {
    start: (timer) => timer.start(),
    cancel: (timer) => timer.cancel(),
    run: (timer, around) => ran(timer.run(() => bump(around), around.wait)),
    tryRun: (timer, around) => ran(timer.tryRun(() => bump(around))),
    *claim(timer, { wait }) {
      const claim = yield* timer.claim(wait);
      return typeof claim === "number" ? "mine" : claim;
    },
    *statistics(timer) {
      const { phase, waiters } = yield* timer.statistics();
      return { phase, waiters };
    },
  }),
  cancelToken: kind([() => sync.cancelToken()], {
    cancel: (token) => token.cancel(),
    isCancelled: (token) => token.isCancelled(),
  }, (token) => token.isCancelled()),
  queue: kind<Queue>(
    [
      () => queue({ maxsize: 1, bytes }),
      () => queue({ maxsize: 2, bytes }),
      () => queue({ bytes: 64 }),
      () => queue({ order: "lifo", bytes }),
      () => queue({ order: "priority", bytes }),
    ],
    {
      put: (queue, { count, wait }) => queue.put(count, { ...wait, priority: -count }),
      tryPut: (queue, { count }) => queue.tryPut(count),
      putAll: (queue, { wait }) => queue.putAll([1, 2], wait),
      "put an error": (queue) => queue.put(new RangeError("as a value")),
      get: (queue, { wait }) => queue.get(wait),
      tryGet: (queue) => queue.tryGet(),
      takeUpTo: (queue, { wait }) => queue.takeUpTo(2, wait),
      taskDone: (queue) => queue.taskDone(),
      join: (queue, { wait }) => queue.join(wait),
      shutdown: (queue, { count }) => queue.shutdown({ immediate: count === 2 }),
      statistics: (queue) => queue.statistics(),
    },
    function* (queue) {
      return [yield* queue.statistics(), yield* queue.takeUpTo(9, { timeout: 0 })];
    },
  ),
  channel: kind<Channel>(
    [() => channel({ bytes }), () => channel({ capacity: 1, bytes }), () => channel({ capacity: Infinity, bytes })],
    {
      put: (channel, { count, wait }) => channel.put(count, wait),
      tryPut: (channel, { count }) => channel.tryPut(count),
      putAll: (channel, { wait }) => channel.putAll([1, 2], wait),
      take: (channel, { wait }) => channel.take(wait),
      tryTake: (channel) => channel.tryTake(),
      takeUpTo: (channel, { wait }) => channel.takeUpTo(2, wait),
      fetch: (channel, { wait }) => channel.fetch(wait),
      tryFetch: (channel) => channel.tryFetch(),
      next: (channel, { wait }) => channel.next(wait),
      forEach: (channel, around) => channel.forEach(() => bump(around)),
      isReady: (channel) => channel.isReady(),
      isClosed: (channel) => channel.isClosed(),
      close: (channel) => channel.close(),
      "close with a reason": (channel) => channel.close(new RangeError("a reason")),
      bind: (channel) => channel.bind(),
      "select a take": (channel, { wait }) => select([{ take: channel }], wait),
      "select a put": (channel, { count, wait }) => select([{ put: channel, value: count }], wait),
      "select or not": (channel) => select([{ take: channel }], { default: true }),
      statistics: (channel) => channel.statistics(),
    },
    function* (channel) {
      return [yield* channel.statistics(), yield* channel.tryTake()];
    },
  ),
  channels: kind<{ one: Channel; other: Channel }>([pair], {
    "select takes": ({ one, other }, { wait }) => select([{ take: one }, { take: other }], wait),
    "select a take or a put": ({ one, other }, { wait }) => select([{ take: one }, { put: other, value: 3 }], wait),
    "put one": ({ one }, { wait }) => one.put(1, wait),
    "put the other": ({ other }, { wait }) => other.put(2, wait),
    "take one": ({ one }, { wait }) => one.take(wait),
    "take the other": ({ other }, { wait }) => other.take(wait),
    "close one": ({ one }) => one.close(),
    *statistics({ one, other }) {
      return [yield* one.statistics(), yield* other.statistics()];
    },
  }),
  future: kind<Future>([() => future({ bytes })], {
    put: (future, { count }) => future.put(count),
    fail: (future) => future.fail(new RangeError("it failed")),
    cancel: (future) => future.cancel(),
    fetch: (future, { wait }) => future.fetch(wait),
    tryFetch: (future) => future.tryFetch(),
    isDone: (future) => future.isDone(),
    whenDone: (future, around) => future.whenDone(() => bump(around)),
    bind: (future) => future.bind(),
    statistics: (future) => future.statistics(),
  }, (future) => future.tryFetch()),
} satisfies Record<string, Kind>;

/** Two channels, as one thing. */
function pair(): Shareable<{ one: Channel; other: Channel }> {
  return {
    kind: "pair",
    reserve(space, name) {
      const one = space.part(`${name}.one`, channel({ bytes }));
      const other = space.part(`${name}.other`, channel({ capacity: 1, bytes }));
      return (binding) => ({ one: one(binding), other: other(binding) });
    },
  };
}
