/**
 * Programs whose tasks die, for the tests of what happens to those who wait for them.
 *
 * @module
 */

import { AssertionError, OwnerDiedError } from "../../lib/errors.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import { Outbox } from "../../lib/mode/outbox.ts";
import { defineProgram, ensure, pause } from "../../lib/program/mod.ts";
import { cell, lock, semaphore, type SharedCell } from "../../lib/sync/mod.ts";

const module = import.meta.url;

/** The ways to die. */
export const DEATHS = ["throw", "exit", "close", "kill"] as const;

function halfFrame(): Uint8Array {
  const outbox = new Outbox();
  outbox.add("ask", 1, new Uint8Array(100));
  return outbox.take().subarray(0, 50);
}

function* die(how: string): Steps<void> {
  if (how === "throw") throw new AssertionError("Cannot go on: it is over");
  if (how === "exit") Deno.exit(3);
  if (how === "kill") Deno.kill(Deno.pid, "SIGKILL");
  if (how === "close") (globalThis as unknown as { close(): void }).close();
  for (;;) yield* pause(0.001);
}

/** The first that has the lock after a death is told of it, and nobody after that one. */
function* beTold(told: SharedCell<"i32">, died: unknown): Steps<void> {
  if (died === undefined) {
    ensure((yield* told.load()) === 1, "the first heir is told");
  } else {
    ensure((yield* told.add(1)) === 0, "one heir is told");
    ensure(died instanceof OwnerDiedError && died.message.includes("owner"), "the dead owner is named");
  }
}

/** One or two victims hold something that others wait for, each in a way of its own. */
export const mortal = defineProgram({
  name: "mortal",
  claim: "Who waits for the dead goes on.",
  module,
  variants: DEATHS,
  parameters: {
    victims: { default: 1, min: 1, max: 2, description: "how many die: who has the lock, who has the permit" },
  },
  shared: () => ({ guard: lock(), permits: semaphore(1), ready: semaphore(0), told: cell() }),
  outcome: function* () {},
  tasks: ({ variant, parameters: { victims } }) => [
    {
      name: "owner",
      *run({ guard, ready }) {
        yield* guard.acquire();
        yield* ready.release(2);
        yield* die(variant);
      },
    },
    {
      name: "holder",
      *run({ permits, ready }) {
        {
          using _held = yield* permits.hold();
          yield* ready.release();
          if (victims === 2) yield* die(variant);
        }
      },
    },
    {
      name: "heir",
      *run({ guard, ready, told }) {
        yield* ready.acquire({ permits: 3 });
        yield* ready.release(3);
        using held = yield* guard.lock();
        yield* beTold(told, held.ownerDied);
        if (held.ownerDied !== undefined) yield* held.markConsistent();
      },
    },
    {
      name: "late heir",
      *run({ guard, ready, told }) {
        yield* ready.acquire({ permits: 3 });
        yield* ready.release(3);
        yield* pause(0.01);
        const acquired = yield* guard.acquire();
        yield* beTold(told, acquired === true ? undefined : acquired);
        if (acquired !== true) yield* guard.markConsistent();
        yield* guard.release();
      },
    },
    {
      name: "guest",
      *run({ permits, ready }) {
        yield* ready.acquire({ permits: 3 });
        yield* ready.release(3);
        using _held = yield* permits.hold();
      },
    },
    {
      name: "sleeper",
      *run() {
        yield* pause(0.03);
      },
    },
  ],
  expected: () => () => true,
});

/** Tasks that work under a lock and a permit until all are done or one is killed from outside. */
export const busy = defineProgram({
  name: "busy",
  claim: "A killed task hands on what it held.",
  module,
  parameters: {
    tasks: { default: 3, min: 1, max: 4, description: "tasks" },
    times: { default: 1e6, description: "rounds of each" },
    mortal: { default: 1, description: "how many tasks go on until they are killed" },
  },
  shared: () => ({ guard: lock(), permits: semaphore(2), count: cell(), seen: cell(), over: cell() }),
  outcome: function* (_shared, { results }) {
    return results;
  },
  tasks: ({ parameters: { tasks, times, mortal } }) =>
    Array.from({ length: tasks }, (_, index) => ({
      name: `task${index}`,
      *run({ guard, permits, count, seen }) {
        let inherited = 0;
        for (let time = 0; index < mortal || time < times; time++) {
          using _permit = yield* permits.hold();
          using held = yield* guard.lock();
          if (held.ownerDied !== undefined) {
            inherited++;
            yield* seen.store(yield* count.load());
            yield* held.markConsistent();
          }
          // Between the two the state is torn, which only an heir sees.
          yield* count.add(1);
          yield* seen.add(1);
          if ((yield* count.load()) !== (yield* seen.load())) throw new AssertionError("two at once");
        }
        return inherited;
      },
    })),
  expected: () => () => true,
});

/** All tasks die: before their first step, or while they hold what the others want. */
export const doomed = defineProgram({
  name: "doomed",
  claim: "A run of which nobody is left is over.",
  module,
  variants: DEATHS,
  shared: () => ({ guard: lock(), permits: semaphore(1) }),
  outcome: function* () {},
  tasks: ({ variant }) => [
    {
      name: "first",
      *run() {
        yield* die(variant);
      },
    },
    {
      name: "second",
      *run({ guard }) {
        yield* guard.acquire();
        yield* die(variant);
      },
    },
    {
      name: "third",
      *run({ guard, permits }) {
        using _permit = yield* permits.hold();
        yield* guard.acquire();
        yield* die(variant);
      },
    },
  ],
  expected: () => () => true,
});

/** A process that is killed while it writes to its host, or that writes something else and exits. */
export const cutOff = defineProgram({
  name: "cutOff",
  claim: "Half a frame is no lie of one who is killed.",
  module,
  variants: ["killed", "exited"],
  shared: () => ({}),
  outcome: function* () {},
  tasks: ({ variant }) => [{
    name: "only",
    *run() {
      // Its own writeSync prints to stderr; the one of its class writes where the protocol does.
      Object.getPrototypeOf(Deno.stdout).writeSync.call(
        Deno.stdout,
        halfFrame(),
      );
      yield* die(variant === "killed" ? "kill" : "exit");
    },
  }],
  expected: () => () => true,
});

/** Leaves a rejection, a timer or a hanging promise behind, or nothing. */
export const untidy = defineProgram({
  name: "untidy",
  claim: "What a task leaves behind does not reach the next run.",
  module,
  variants: ["nothing", "rejection", "timer", "throwing timer", "interval", "global", "leaked handle"],
  shared: () => ({ guard: lock(), count: cell() }),
  *outcome({ count }, { results }) {
    return { results, count: yield* count.load() };
  },
  tasks: ({ variant }) =>
    ["a", "b"].map((name) => ({
      name,
      *run({ guard, count }) {
        using _held = yield* guard.lock();
        const before = Reflect.get(globalThis, "left");
        if (variant === "rejection") void Promise.reject(new RangeError("nobody handles this"));
        if (variant === "timer") setTimeout(() => {}, 60_000);
        if (variant === "interval") setInterval(() => {}, 60_000);
        if (variant === "throwing timer") {
          setTimeout(() => {
            throw new RangeError("nobody catches this");
          });
        }
        if (variant === "global") Reflect.set(globalThis, "left", 1);
        if (variant === "leaked handle") Reflect.set(globalThis, "left", guard);
        yield* count.add(1);
        return typeof before === "number" ? "warm" : "fresh";
      },
    })),
  expected: () => () => true,
});
