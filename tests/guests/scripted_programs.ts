/**
 * Programs for the tests of scripts: waits that end by time, a condition, chance, a clock, and one that changes.
 *
 * @module
 */

import { choose, now } from "../../lib/memory/mod.ts";
import { defineProgram, ensure, pause } from "../../lib/program/mod.ts";
import { cell, condition, lock, semaphore, type Shared } from "../../lib/sync/mod.ts";

const module = import.meta.url;

export const impatient = defineProgram({
  name: "impatient",
  claim: "A permit comes in time, or it does not.",
  module,
  shared: () => ({ permits: semaphore(0), guard: lock(), last: cell({ cell: "f64" }) }),
  tasks: () => [
    {
      name: "wait",
      *run({ permits, guard, last }) {
        const came = yield* permits.acquire({ timeout: 1 });
        using _held = yield* guard.lock();
        yield* last.store(came ? 1 : -0);
        return came;
      },
    },
    {
      name: "again",
      *run({ permits }) {
        yield* pause(0.5);
        return yield* permits.acquire({ timeout: 10 });
      },
    },
    {
      name: "give",
      *run({ permits, guard }) {
        using _held = yield* guard.lock();
        yield* pause(0.7);
        yield* permits.release();
      },
    },
  ],
  *outcome({ permits, last }, { results }) {
    return [results[0], results[1], (yield* permits.statistics()).permits, yield* last.load()];
  },
  expected: () => () => true,
});

const gated = () => {
  const guard = lock();
  return { guard, open: cell(), opened: condition({ lock: guard }), through: cell({ cell: "i64" }) };
};

export const gate = defineProgram({
  name: "gate",
  claim: "Who waits for the gate is let in by who opens it; wakes may be lost where it is not looked at first.",
  module,
  variants: ["plain", "careless"],
  specimens: ["careless"],
  shared: gated,
  tasks: ({ variant }) => [
    ...["one", "two"].map((name) => ({
      name,
      *run({ guard, open, opened, through }: Shared<ReturnType<typeof gated>>) {
        using _held = yield* guard.lock();
        if (variant === "careless") yield* opened.wait();
        while ((yield* open.load()) === 0) yield* opened.wait();
        yield* through.add(1n);
      },
    })),
    {
      name: "open",
      *run({ guard, open, opened }) {
        using _held = yield* guard.lock();
        yield* open.store(1);
        yield* opened.notifyAll();
      },
    },
  ],
  outcome: ({ through }) => through.load(),
  expected: () => [2n],
});

export const dice = defineProgram({
  name: "dice",
  claim: "Two dice never come to 12.",
  module,
  specimens: ["plain"],
  shared: () => ({ sum: cell() }),
  tasks: (_settings) =>
    ["a", "b"].map((name) => ({
      name,
      *run({ sum }) {
        const eyes = 1 + (yield* choose(6));
        ensure((yield* sum.add(eyes)) + eyes < 12, "two dice come to less than 12");
        return eyes;
      },
    })),
  outcome: ({ sum }) => sum.load(),
  expected: () => (outcome) => typeof outcome === "number" && outcome < 12,
});

export const hasty = defineProgram({
  name: "hasty",
  claim: "Whoever looks at once is in time.",
  module,
  specimens: ["plain"],
  shared: () => ({ looks: cell() }),
  tasks: () => [{
    name: "look",
    *run({ looks }) {
      const end = (yield* now()) + 3_600_000;
      yield* looks.add(1);
      ensure((yield* now()) < end, "it is in time");
    },
  }],
  outcome: ({ looks }) => looks.load(),
  expected: () => [1],
});

export const changing = defineProgram({
  name: "changing",
  claim: "Every variant does something else.",
  module,
  variants: ["plain", "other", "more", "less", "value", "initial", "catching", "exit", "throw"],
  shared: ({ variant }) => ({ guard: lock(), count: cell({ initial: variant === "initial" ? 7 : 0 }), other: cell() }),
  outcome: ({ count }) => count.load(),
  tasks: ({ variant }) => [
    {
      name: "a",
      *run({ guard, count, other }) {
        {
          using _held = yield* guard.lock();
          if (variant === "throw") throw new Error("the task fails");
          if (variant === "exit") Deno.exit(3);
          yield* count.add(1);
          try {
            yield* (variant === "other" || variant === "catching" ? other : count).add(variant === "value" ? 3 : 2);
          } catch (error) {
            if (variant !== "catching") throw error;
          }
          if (variant === "less") return;
        }
        yield* guard.acquire();
        yield* guard.release();
        if (variant === "more") yield* count.add(1);
      },
    },
    {
      name: "b",
      *run({ guard, count }) {
        using _held = yield* guard.lock();
        yield* count.add(10);
      },
    },
  ],
  expected: () => () => true,
});
