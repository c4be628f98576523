/**
 * Mutual exclusion: the counter of `race`, read and written under a lock.
 *
 * - While a task holds the guard, no other task is inside, so no addition is lost on any schedule.
 */

import { type AnyProgram, defineProgram, ensure, pause } from "../program/mod.ts";
import { cell, lock } from "../sync/mod.ts";

/** The program `lock`. */
export const lockProgram: AnyProgram = defineProgram({
  name: "lock",
  claim: "Under a lock no addition is lost, and critical sections never overlap.",
  module: import.meta.url,
  parameters: {
    tasks: { default: 2, min: 1, max: 8, description: "how many tasks add one" },
    pause: { default: 0.1, max: 10, fraction: true, description: "seconds between the read and the write" },
  },
  shared: () => ({ guard: lock(), value: cell({ order: "plain" }), inside: cell() }),
  tasks: ({ parameters }) =>
    Array.from({ length: parameters.tasks }, (_, index) => ({
      name: `adder${index}`,
      *run({ guard, value, inside }) {
        using _held = yield* guard.lock();
        ensure((yield* inside.add(1)) === 0, "nobody else is in the critical section");
        const seen = yield* value.load();
        yield* pause(parameters.pause);
        yield* value.store(seen + 1);
        yield* inside.add(-1);
      },
    })),
  outcome: ({ value }) => value.load(),
  expected: ({ parameters: { tasks } }) => [tasks],
});
