/**
 * Setters of two values that belong together, and one that looks at both; the fixed twin does so under a lock.
 *
 * @module
 */

import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, lock, type Shared } from "../../../lib/sync/mod.ts";

const cells = () => ({ m: lock(), a: cell(), b: cell() });

type Cells = Shared<ReturnType<typeof cells>>;

/** See the module. */
export const reorder = defineProgram({
  name: "reorder",
  claim: "Both values change together.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  parameters: { setters: { default: 2, min: 1, max: 4, description: "how many set" } },
  shared: cells,
  tasks: ({ variant, parameters: { setters } }) => [
    ...Array.from({ length: setters }, (_, index) => ({
      name: `set ${index + 1}`,
      *run({ m, a, b }: Cells) {
        using _held = variant === "fixed" ? yield* m.lock() : undefined;
        yield* a.store(1);
        yield* b.store(-1);
      },
    })),
    {
      name: "check",
      *run({ m, a, b }) {
        using _held = variant === "fixed" ? yield* m.lock() : undefined;
        const holds = ((yield* a.load()) === 0 && (yield* b.load()) === 0) ||
          ((yield* a.load()) === 1 && (yield* b.load()) === -1);
        ensure(holds, "both are as at first, or both are set");
      },
    },
  ],
  outcome: ({ b }) => b.load(),
  expected: () => [-1],
});
