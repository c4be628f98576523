/**
 * Mutual exclusion of two tasks by three words; where nobody says whose turn it is, both may be inside.
 *
 * @module
 */

import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, cells } from "../../../lib/sync/mod.ts";

/** See the module. */
export const peterson = defineProgram({
  name: "peterson",
  claim: "Never are both inside.",
  variants: ["plain", "without turn"],
  specimens: ["without turn"],
  shared: () => ({ wants: cells({ length: 2 }), turn: cell(), inside: cell() }),
  tasks: ({ variant }) =>
    [0, 1].map((me) => ({
      name: `task ${me}`,
      *run({ wants, turn, inside }) {
        const other = 1 - me;
        yield* wants.at(me).store(1);
        if (variant === "plain") yield* turn.store(other);
        for (let look = 0; (yield* wants.at(other).load()) === 1 && (yield* turn.load()) === other; look++) {
          // A bounded number of looks: who does not get in goes away.
          if (look === 2) return yield* wants.at(me).store(0);
        }
        ensure((yield* inside.add(1)) === 0, "nobody else is inside");
        yield* inside.add(-1);
        yield* wants.at(me).store(0);
      },
    })),
  outcome: ({ inside }) => inside.load(),
  expected: () => [0],
});
