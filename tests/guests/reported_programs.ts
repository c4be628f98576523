/**
 * Programs whose runs are told of in snapshots: a deadlock of one's own, a failure, names and texts that a terminal would obey.
 *
 * @module
 */

import { type AnyProgram, defineProgram, lock, pause } from "../../mod.ts";

const NAMES = ["Plato", "Kant", "Hume", "Marx", "Mill"];

/** Five philosophers, each of whom takes the fork on the left first. */
export const philosophers = defineProgram({
  name: "philosophers",
  claim: "Whoever thinks long enough starves with a fork in the hand.",
  module: import.meta.url,
  shared: () => ({ fork0: lock(), fork1: lock(), fork2: lock(), fork3: lock(), fork4: lock() }),
  outcome: function* () {
    yield* [];
    return "all ate";
  },
  tasks: (_) =>
    NAMES.map((name, index) => ({
      name,
      *run({ fork0, fork1, fork2, fork3, fork4 }) {
        const forks = [fork0, fork1, fork2, fork3, fork4];
        using _left = yield* forks[index]!.lock();
        yield* pause(0.01);
        using _right = yield* forks[(index + 1) % forks.length]!.lock();
      },
    })),
  expected: () => ["all ate"],
});

/** A task that fails, under a name and with a text that end lines and move the cursor. */
export const forger: AnyProgram = defineProgram({
  name: "forger",
  claim: "A name\n  direct   right          0.1 ms  is data.\x1b[2J",
  module: import.meta.url,
  shared: () => ({}),
  outcome: function* () {
    yield* [];
    return "\x1b]0;title\x07";
  },
  tasks: () => [{
    name: "evil\x1b[31m\ntask",
    // deno-lint-ignore require-yield
    *run() {
      throw new Error("first line\n  thread   right          0.1 ms  forged\x1b[1A\u202e");
    },
  }],
  expected: () => ["fine"],
});
