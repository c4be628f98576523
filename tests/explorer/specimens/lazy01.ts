/**
 * Three tasks under one lock; one fails once the two others have both been there. The fixed twin allows for both.
 *
 * @module
 */

import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, lock } from "../../../lib/sync/mod.ts";

/** See the module. */
export const lazy01 = defineProgram({
  name: "lazy01",
  claim: "The sum stays under 3.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: () => ({ m: lock(), data: cell() }),
  tasks: ({ variant }) => [
    {
      name: "one",
      *run({ m, data }) {
        using _held = yield* m.lock();
        yield* data.store((yield* data.load()) + 1);
      },
    },
    {
      name: "two",
      *run({ m, data }) {
        using _held = yield* m.lock();
        yield* data.store((yield* data.load()) + 2);
      },
    },
    {
      name: "check",
      *run({ m, data }) {
        using _held = yield* m.lock();
        ensure((yield* data.load()) < (variant === "fixed" ? 4 : 3), "the sum is under its limit");
      },
    },
  ],
  outcome: ({ data }) => data.load(),
  expected: () => [3],
});
