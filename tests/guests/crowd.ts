/**
 * A program with a deadlock whose description is long.
 *
 * @module
 */

import { defineProgram } from "../../lib/program/mod.ts";
import { semaphore } from "../../lib/sync/mod.ts";

export const crowd = defineProgram({
  name: "crowd",
  claim: "All wait, and all have long names.",
  module: import.meta.url,
  shared: () => ({ never: semaphore(0) }),
  tasks: (_settings) =>
    Array.from({ length: 5 }, (_, index) => ({
      name: `${index} ${"\u00e4\u{1f600}".repeat(400)}`,
      *run({ never }) {
        yield* never.acquire();
      },
    })),
  *outcome() {},
  expected: () => () => true,
});
