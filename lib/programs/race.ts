/**
 * The lost update: tasks read a counter, add one, and write it back a moment later.
 *
 * - A task that reads before another has written overwrites the other's addition.
 * - A pause between the read and the write makes that almost certain; without one it is merely possible.
 */

import { type AnyProgram, defineProgram, pause } from "../program/mod.ts";
import { cell } from "../sync/mod.ts";

/** The program `race`. */
export const race: AnyProgram = defineProgram({
  name: "race",
  claim: "If tasks read, add one and write back, an addition can be lost.",
  module: import.meta.url,
  specimens: ["plain"],
  parameters: {
    tasks: { default: 2, min: 1, max: 8, description: "how many tasks add one" },
    pause: { default: 0.1, max: 10, fraction: true, description: "seconds between the read and the write" },
  },
  shared: () => ({ value: cell({ order: "plain" }) }),
  tasks: ({ parameters }) =>
    Array.from({ length: parameters.tasks }, (_, index) => ({
      name: `adder${index}`,
      *run({ value }) {
        const seen = yield* value.load();
        yield* pause(parameters.pause);
        yield* value.store(seen + 1);
      },
    })),
  outcome: ({ value }) => value.load(),
  // The last task to write has read at least the initial value; if no tasks overlap, all additions count.
  right: ({ parameters: { tasks } }) => [tasks],
  expected: ({ parameters: { tasks } }) => Array.from({ length: tasks }, (_, lost) => lost + 1),
});
