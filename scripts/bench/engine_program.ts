/**
 * An uncontended lock that a task takes again and again, for the bench.
 */

import { defineProgram, lock } from "../../mod.ts";

/** Locks and unlocks. */
export const lockLoop = defineProgram({
  name: "lock-loop",
  claim: "A lock is there as often as it is wanted.",
  module: import.meta.url,
  parameters: { times: { default: 1000, min: 1, description: "how often" } },
  shared: () => ({ guard: lock() }),
  tasks: ({ parameters: { times } }) => [{
    name: "alone",
    *run({ guard }) {
      for (let time = 0; time < times; time++) {
        yield* guard.acquire();
        yield* guard.release();
      }
    },
  }],
  *outcome(_shared, { results }) {
    return results.length;
  },
  expected: () => [1],
});
