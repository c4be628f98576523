/**
 * Programs for the tests of modes.
 *
 * @module
 */

import { defineProgram, ensure, pause } from "../../lib/program/mod.ts";
import { cell, lock, semaphore, until } from "../../lib/sync/mod.ts";

const module = import.meta.url;

export const counter = defineProgram({
  name: "counter",
  claim: "Under a lock nothing is lost.",
  module,
  parameters: {
    tasks: { default: 2, min: 1, max: 4, description: "tasks" },
    times: { default: 10, max: 100000, description: "increments of each" },
    fair: { default: false, description: "whether the lock is fair" },
  },
  shared: ({ parameters: { fair } }) => ({ guard: lock({ fair }), count: cell({ order: "plain" }) }),
  *outcome({ count }, { results }) {
    return { count: yield* count.load(), results };
  },
  tasks: ({ parameters: { tasks, times } }) =>
    Array.from({ length: tasks }, (_, index) => ({
      name: `task${index}`,
      *run({ guard, count }) {
        for (let time = 0; time < times; time++) {
          using _held = yield* guard.lock();
          yield* count.store((yield* count.load()) + 1);
        }
        return index;
      },
    })),
  expected: ({ parameters: { tasks, times } }) => [
    { count: tasks * times, results: Array.from({ length: tasks }, (_, index) => index) },
  ],
});

export const opposite = defineProgram({
  name: "opposite",
  claim: "Two locks in opposite order.",
  module,
  shared: () => ({ a: lock({ owned: true }), b: lock({ owned: true }) }),
  tasks: () => [
    {
      name: "x",
      *run({ a, b }) {
        using _a = yield* a.lock();
        yield* pause(0.05);
        using _b = yield* b.lock();
      },
    },
    {
      name: "y",
      *run({ a, b }) {
        using _b = yield* b.lock();
        yield* pause(0.05);
        using _a = yield* a.lock();
      },
    },
  ],
  *outcome() {
    return 0;
  },
  expected: () => (outcome) => outcome === 0 || (typeof outcome === "object" && outcome.failed.length > 0),
});

export const dying = defineProgram({
  name: "dying",
  claim: "A task that dies with a lock passes it on.",
  module,
  variants: ["throw", "exit", "close", "kill"],
  shared: () => ({ guard: lock(), ready: semaphore(0) }),
  tasks: ({ variant }) => [
    {
      name: "victim",
      *run({ guard, ready }) {
        yield* guard.acquire();
        yield* ready.release();
        if (variant === "throw") ensure(false, "the victim goes on");
        if (variant === "exit") Deno.exit(3);
        if (variant === "close") {
          close();
          for (;;) yield* pause(0.001);
        }
        if (variant === "kill") Deno.kill(Deno.pid, "SIGKILL");
      },
    },
    {
      name: "heir",
      *run({ guard, ready }) {
        yield* ready.acquire();
        using held = yield* guard.lock();
        const died = held.ownerDied?.name;
        yield* held.markConsistent();
        return died;
      },
    },
  ],
  *outcome() {
    return 0;
  },
  expected: () => (outcome) => typeof outcome === "object" && outcome.failed.length === 1,
});

export const polled = defineProgram({
  name: "polled",
  claim: "Who polls a cell goes on when it holds what is wanted.",
  module,
  variants: ["set", "never"],
  shared: () => ({ guard: lock(), flag: cell(), back: cell() }),
  tasks: ({ variant }) => [
    {
      name: "poll",
      *run({ guard, flag, back }) {
        // What it has waited for before is not what it waits for.
        yield* guard.acquire();
        yield* guard.release();
        yield* back.store(1);
        return yield* until(flag, (value) => value >= 2);
      },
    },
    {
      name: "set",
      *run({ flag, back }) {
        yield* until(back, (value) => value === 1);
        yield* flag.store(1);
        if (variant === "set") yield* flag.add(2);
      },
    },
  ],
  *outcome(_shared, { results: [seen] }) {
    return seen;
  },
  expected: () => [3],
});
