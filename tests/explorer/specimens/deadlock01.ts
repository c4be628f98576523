/**
 * Two locks, taken in opposite order; the fixed twin takes them in one order.
 *
 * @module
 */

import { defineProgram } from "../../../lib/program/mod.ts";
import { lock } from "../../../lib/sync/mod.ts";

/** See the module. */
export const deadlock01 = defineProgram({
  name: "deadlock01",
  claim: "Both get both locks.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: () => ({ a: lock(), b: lock() }),
  tasks: ({ variant }) => [
    {
      name: "left",
      *run({ a, b }) {
        using _first = yield* a.lock();
        using _second = yield* b.lock();
      },
    },
    {
      name: "right",
      *run({ a, b }) {
        using _first = yield* (variant === "fixed" ? a : b).lock();
        using _second = yield* (variant === "fixed" ? b : a).lock();
      },
    },
  ],
  outcome: ({ a }) => a.locked(),
  expected: () => [false],
});
