/**
 * Two philosophers who take their forks under a third lock, and a count that is wrong to fail on.
 *
 * @module
 */

import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, lock } from "../../../lib/sync/mod.ts";

/** See the module. */
export const philosophers = defineProgram({
  name: "philosophers",
  claim: "Both eat.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: () => ({ g: lock(), left: lock(), right: lock(), eaten: cell() }),
  tasks: ({ variant }) =>
    [0, 1].map((me) => ({
      name: `philosopher ${me}`,
      *run({ g, left, right, eaten }) {
        {
          using _all = yield* g.lock();
          using _first = yield* (me === 0 ? right : left).lock();
          using _second = yield* (me === 0 ? left : right).lock();
        }
        if (variant === "plain") ensure((yield* eaten.add(1)) + 1 < 2, "not both have eaten");
      },
    })),
  outcome: ({ g }) => g.locked(),
  expected: () => [false],
});
