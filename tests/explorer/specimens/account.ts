/**
 * An account that two tasks change under a lock, and one that checks the sum; the specimen's formula is wrong.
 *
 * @module
 */

import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, lock } from "../../../lib/sync/mod.ts";

const X = 1;
const Y = 2;
const Z = 4;

/** See the module. */
export const account = defineProgram({
  name: "account",
  claim: "A deposit and a withdrawal both count.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: () => ({ m: lock(), balance: cell({ initial: X }), deposited: cell(), withdrawn: cell() }),
  tasks: ({ variant }) => [
    {
      name: "check",
      *run({ m, balance, deposited, withdrawn }) {
        using _held = yield* m.lock();
        if ((yield* deposited.load()) === 0 || (yield* withdrawn.load()) === 0) return;
        const wanted = variant === "fixed" ? X + Y - Z : X - Y - Z;
        ensure((yield* balance.load()) === wanted, "the balance adds up");
      },
    },
    {
      name: "deposit",
      *run({ m, balance, deposited }) {
        using _held = yield* m.lock();
        yield* balance.store((yield* balance.load()) + Y);
        yield* deposited.store(1);
      },
    },
    {
      name: "withdraw",
      *run({ m, balance, withdrawn }) {
        using _held = yield* m.lock();
        yield* balance.store((yield* balance.load()) - Z);
        yield* withdrawn.store(1);
      },
    },
  ],
  outcome: ({ balance }) => balance.load(),
  expected: () => [X + Y - Z],
});
