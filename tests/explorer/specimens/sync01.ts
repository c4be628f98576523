/**
 * Two tasks wait for each other's notify on two conditions of one lock, and a number that never changes.
 *
 * @module
 */

import { defineProgram, type Settings } from "../../../lib/program/mod.ts";
import { cell, condition, lock } from "../../../lib/sync/mod.ts";

function things({ variant }: Settings) {
  const m = lock({ owned: true });
  const num = cell({ initial: variant === "fixed" ? 0 : 1 });
  return { m, empty: condition({ lock: m }), full: condition({ lock: m }), num };
}

/** See the module. */
export const sync01 = defineProgram({
  name: "sync01",
  claim: "A slot that is full is emptied.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: things,
  tasks: ({ variant }) => [
    {
      name: "fill",
      *run({ m, empty, full, num }) {
        using _held = yield* m.lock();
        while ((yield* num.load()) > 0) yield* empty.wait();
        if (variant === "fixed") yield* num.add(1);
        yield* full.notify();
      },
    },
    {
      name: "drain",
      *run({ m, empty, full, num }) {
        using _held = yield* m.lock();
        while ((yield* num.load()) === 0) yield* full.wait();
        if (variant === "fixed") yield* num.add(-1);
        yield* empty.notify();
      },
    },
  ],
  outcome: ({ num }) => num.load(),
  expected: () => [0],
});
