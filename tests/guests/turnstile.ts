/**
 * The program of the README's page on programs, as the file that the page says it is.
 *
 * @module
 */

import { type AnyProgram, cell, defineProgram, lock } from "../../mod.ts";

/** Two entrances count visitors. */
export const turnstile: AnyProgram = defineProgram({
  name: "turnstile",
  claim: "Nobody is forgotten, though two entrances count at once.",
  module: import.meta.url,
  parameters: { visitors: { default: 10, max: 1000, description: "how many come through each entrance" } },
  shared: () => ({ guard: lock(), count: cell() }),
  tasks: ({ parameters }) =>
    ["north", "south"].map((name) => ({
      name,
      *run({ guard, count }) {
        for (let visitor = 0; visitor < parameters.visitors; visitor++) {
          using _held = yield* guard.lock();
          yield* count.store((yield* count.load()) + 1);
        }
      },
    })),
  outcome: ({ count }) => count.load(),
  expected: ({ parameters }) => [2 * parameters.visitors],
});
