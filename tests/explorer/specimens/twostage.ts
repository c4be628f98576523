/**
 * Two values that belong together, each under a lock of its own; the fixed twin has one more lock for both.
 *
 * @module
 */

import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, lock } from "../../../lib/sync/mod.ts";

/** See the module. */
export const twostage = defineProgram({
  name: "twostage",
  claim: "The second value follows the first.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: () => ({ both: lock(), l1: lock(), l2: lock(), d1: cell(), d2: cell() }),
  tasks: ({ variant }) => [
    {
      name: "write",
      *run({ both, l1, l2, d1, d2 }) {
        using _both = variant === "fixed" ? yield* both.lock() : undefined;
        {
          using _held = yield* l1.lock();
          yield* d1.store(1);
        }
        using _held = yield* l2.lock();
        yield* d2.store((yield* d1.load()) + 1);
      },
    },
    {
      name: "read",
      *run({ both, l1, l2, d1, d2 }) {
        using _both = variant === "fixed" ? yield* both.lock() : undefined;
        let first: number;
        {
          using _held = yield* l1.lock();
          first = yield* d1.load();
          if (first === 0) return;
        }
        let second: number;
        {
          using _held = yield* l2.lock();
          second = yield* d2.load();
        }
        ensure(second === first + 1, "the second value follows the first");
      },
    },
  ],
  outcome: ({ d2 }) => d2.load(),
  expected: () => [2],
});
