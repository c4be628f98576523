/**
 * Programs with deadlocks, and programs that only look like it.
 *
 * @module
 */

import { DeadlockError } from "../../lib/errors.ts";
import { defineProgram, ensure, pause } from "../../lib/program/mod.ts";
import {
  type Barrier,
  barrier,
  cell,
  type Lock,
  lock,
  type Semaphore,
  semaphore,
  type SharedCell,
} from "../../lib/sync/mod.ts";

const module = import.meta.url;

/** Everybody has a lock and wants that of the next one, beside others who are no part of it. */
export const ring = defineProgram({
  name: "ring",
  claim: "Who waits in a circle is told so.",
  module,
  parameters: {
    size: { default: 3, min: 1, max: 4, description: "tasks in the circle" },
    sleeps: { default: false, description: "whether another task sleeps meanwhile" },
    computes: { default: false, description: "whether another task is at work until it hears of the deadlock" },
    waits: { default: false, description: "whether another task waits for a lock of the circle" },
  },
  shared: ({ parameters: { size } }) => ({
    lock0: lock({ owned: true }),
    lock1: lock({ owned: true }),
    lock2: lock({ owned: true }),
    lock3: lock({ owned: true }),
    ready: barrier(size),
    begun: semaphore(0),
    heard: cell(),
  }),
  *outcome() {},
  tasks: ({ parameters: { size, sleeps, computes, waits } }) => {
    const circle = Array.from({ length: size }, (_, index) => ({
      name: `task${index}`,
      *run({ lock0, lock1, lock2, lock3, ready, begun, heard }: Ring) {
        const locks = [lock0, lock1, lock2, lock3];
        try {
          using _own = yield* locks[index]!.lock();
          yield* ready.wait();
          yield* begun.release();
          using _next = yield* locks[(index + 1) % size]!.lock();
        } finally {
          yield* heard.store(1);
        }
      },
    }));
    const sleeper = {
      name: "sleeper",
      *run() {
        yield* pause(0.2);
      },
    };
    const worker = {
      name: "worker",
      *run({ heard }: Ring) {
        while ((yield* heard.load()) === 0) yield* pause(0.001);
      },
    };
    const outsider = {
      name: "outsider",
      *run({ lock0, begun }: Ring) {
        yield* begun.acquire();
        using _held = yield* lock0.lock();
      },
    };
    return [...circle, ...sleeps ? [sleeper] : [], ...computes ? [worker] : [], ...waits ? [outsider] : []];
  },
  expected: () => () => true,
});

interface Ring {
  readonly lock0: Lock;
  readonly lock1: Lock;
  readonly lock2: Lock;
  readonly lock3: Lock;
  readonly ready: Barrier;
  readonly begun: Semaphore;
  readonly heard: SharedCell<"i32">;
}

/** All wait for what nobody gives any more. */
export const silence = defineProgram({
  name: "silence",
  claim: "When nobody can act any more, all are told.",
  module,
  variants: ["lock", "semaphore", "mixed", "last one leaves", "last one dies"],
  shared: () => ({ guard: lock(), permits: semaphore(0) }),
  outcome: function* () {},
  tasks: ({ variant }) => [
    {
      name: "a",
      *run({ guard, permits }) {
        if (variant === "semaphore") yield* permits.acquire();
        else {
          yield* guard.acquire();
          yield* guard.acquire();
        }
      },
    },
    {
      name: "b",
      *run({ guard, permits }) {
        if (variant === "lock") {
          yield* guard.acquire();
          yield* guard.acquire();
        } else yield* permits.acquire();
      },
    },
    ...variant.startsWith("last one")
      ? [{
        name: "c",
        *run() {
          yield* pause(0.05);
          ensure(variant === "last one leaves", "it lives");
        },
      }]
      : [],
  ],
  expected: () => () => true,
});

/** Tasks that hear of their deadlock and go on, twice. */
export const survivor = defineProgram({
  name: "survivor",
  claim: "A deadlock that is caught is over; the next one is another.",
  module,
  shared: () => ({ a: lock({ owned: true }), b: lock({ owned: true }), met: barrier(2) }),
  tasks: (_settings) =>
    [false, true].map((isSecond) => ({
      name: isSecond ? "y" : "x",
      *run({ a, b, met }) {
        const [one, other] = isSecond ? [b, a] : [a, b];
        let heard = 0;
        for (let time = 0; time < 2; time++) {
          try {
            using _one = yield* one.lock();
            yield* met.wait();
            using _other = yield* other.lock();
          } catch (error) {
            ensure(error instanceof DeadlockError, `${error} is a deadlock`);
            heard += error.waits.length;
          }
          yield* met.wait();
        }
        return heard;
      },
    })),
  *outcome({ a, b }, { results }) {
    return { results, held: [yield* a.locked(), yield* b.locked()] };
  },
  expected: () => [{ results: [4, 4], held: [false, false] }],
});

/** Many take locks from each other: nobody is ever in a deadlock, though all but one may wait at any time. */
export const contended = defineProgram({
  name: "contended",
  claim: "Contention is no deadlock.",
  module,
  parameters: {
    tasks: { default: 4, min: 2, max: 4, description: "tasks" },
    times: { default: 500, description: "rounds of each" },
    fair: { default: false, description: "whether the locks are fair" },
  },
  shared: ({ parameters: { fair } }) => ({
    first: lock({ owned: true, fair }),
    second: lock({ owned: true, fair }),
    permits: semaphore(1),
    count: cell({ order: "plain" }),
  }),
  *outcome({ count }) {
    return yield* count.load();
  },
  tasks: ({ parameters: { tasks, times } }) =>
    Array.from({ length: tasks }, (_, index) => ({
      name: `task${index}`,
      *run({ first, second, permits, count }) {
        for (let time = 0; time < times; time++) {
          using _first = yield* first.lock();
          using _second = yield* second.lock();
          using _permit = yield* permits.hold();
          yield* count.store((yield* count.load()) + 1);
        }
      },
    })),
  expected: ({ parameters: { tasks, times } }) => [tasks * times],
});

/** All wait, but one of them gives up, sleeps or computes in time. */
export const patience = defineProgram({
  name: "patience",
  claim: "Who waits for a time is in no deadlock, and who waits for that one neither.",
  module,
  variants: ["timeout", "sleep", "compute", "cycle with a timeout"],
  shared: () => ({ a: lock({ owned: true }), b: lock({ owned: true }), gate: semaphore(0) }),
  outcome: function* (_shared, { results }) {
    return results;
  },
  tasks: ({ variant }) => [
    {
      name: "patient",
      *run({ a, b, gate }) {
        if (variant !== "cycle with a timeout") return yield* gate.acquire();
        using _a = yield* a.lock();
        yield* gate.release();
        yield* gate.acquire({ permits: 2 });
        yield* gate.release(2);
        using held = yield* b.lock();
        return held.ownerDied === undefined;
      },
    },
    {
      name: "other",
      *run({ a, b, gate }) {
        if (variant === "timeout") {
          const inTime = yield* gate.acquire({ timeout: 0.15 });
          yield* gate.release(2);
          return inTime;
        }
        if (variant === "cycle with a timeout") {
          using _b = yield* b.lock();
          yield* gate.release();
          yield* gate.acquire({ permits: 2 });
          yield* gate.release(2);
          return yield* a.acquire({ timeout: 0.15 });
        }
        if (variant === "sleep") yield* pause(0.15);
        else {
          const end = performance.now() + 150;
          while (performance.now() < end);
        }
        yield* gate.release();
        return false;
      },
    },
  ],
  expected: () => [[true, false]],
});
