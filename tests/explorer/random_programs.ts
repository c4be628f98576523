/**
 * Random small programs for fast-check: tasks that use cells, locks, a semaphore, timeouts and choices.
 *
 * @module
 */

import fc from "fast-check";
import { choose, type Steps } from "../../lib/memory/mod.ts";
import { type AnyProgram, defineProgram, ensure, pause } from "../../lib/program/mod.ts";
import { cell, lock, semaphore, type Shared } from "../../lib/sync/mod.ts";

/** One thing that a task does. */
type Act =
  | { readonly kind: "load" | "store" | "add"; readonly at: "x" | "y"; readonly value: number }
  | { readonly kind: "locked"; readonly at: "m" | "n"; readonly inside: readonly Act[] }
  | { readonly kind: "held"; readonly permits: number; readonly timeout: number | undefined }
  | { readonly kind: "try" | "pause" | "choose" | "ensure" };

const things = () => ({ x: cell(), y: cell(), m: lock(), n: lock(), s: semaphore(2) });

type Things = Shared<ReturnType<typeof things>>;

function* act(shared: Things, one: Act, log: number[]): Steps<void> {
  switch (one.kind) {
    case "load":
      log.push(yield* shared[one.at].load());
      return;
    case "store":
      return yield* shared[one.at].store(one.value);
    case "add":
      log.push(yield* shared[one.at].add(one.value));
      return;
    case "locked": {
      using _held = yield* shared[one.at].lock();
      for (const next of one.inside) yield* act(shared, next, log);
      return;
    }
    case "held": {
      const { permits, timeout } = one;
      if (!(yield* shared.s.acquire({ permits, timeout }))) return;
      log.push(yield* shared.x.add(1));
      return yield* shared.s.release(permits);
    }
    case "try":
      if ((yield* shared.m.tryAcquire()) === true) yield* shared.m.release();
      else log.push(-1);
      return;
    case "pause":
      return yield* pause(0.001);
    case "choose":
      log.push(yield* choose(2));
      return;
    case "ensure":
      ensure((yield* shared.x.load()) < 3, "x is small");
  }
}

const simple: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom("load" as const, "store" as const, "add" as const),
  at: fc.constantFrom("x" as const, "y" as const),
  value: fc.integer({ min: 1, max: 2 }),
});

const any: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: simple },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("locked" as const),
      at: fc.constantFrom("m" as const, "n" as const),
      inside: fc.array(
        fc.oneof(
          { weight: 3, arbitrary: simple },
          fc.record({
            kind: fc.constant("locked" as const),
            at: fc.constantFrom("m" as const, "n" as const),
            inside: fc.constant([]),
          }),
        ),
        { maxLength: 1 },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("held" as const),
      permits: fc.integer({ min: 1, max: 2 }),
      timeout: fc.constantFrom(undefined, 0, 0.5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("try" as const, "pause" as const, "choose" as const, "ensure" as const),
    }),
  },
);

/** Programs of two tasks with up to three acts each, or of three with up to two. */
export const randomProgram: fc.Arbitrary<AnyProgram> = fc.oneof(
  fc.tuple(fc.array(any, { minLength: 1, maxLength: 3 }), fc.array(any, { minLength: 1, maxLength: 3 })),
  fc.tuple(...[1, 2, 3].map(() => fc.array(any, { minLength: 1, maxLength: 2 }))),
).map((tasks) =>
  defineProgram({
    name: "random",
    claim: `Anything may come out of ${JSON.stringify(tasks)}.`,
    shared: things,
    tasks: (_settings) =>
      tasks.map((acts, index) => ({
        name: `task ${index}`,
        *run(shared) {
          const log: number[] = [];
          for (const one of acts) yield* act(shared, one, log);
          return log;
        },
      })),
    outcome: function* ({ x, y }, { results }) {
      return { x: yield* x.load(), y: yield* y.load(), results };
    },
    expected: () => () => true,
  })
);
