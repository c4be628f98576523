/**
 * Check, then act: two withdrawals from one account, which covers each of them but not both.
 *
 * - `plain`: the balance may change between the check and the store, so both withdrawals can be paid out.
 * - `locked`: nothing comes between the check and the store, and exactly one of the two is refused.
 */

import { type AnyProgram, defineProgram, pause } from "../program/mod.ts";
import { cell, lock } from "../sync/mod.ts";

/** The program `bank`. */
export const bank: AnyProgram = defineProgram({
  name: "bank",
  claim: "Without a lock around check and store, more can be paid out than the account holds.",
  module: import.meta.url,
  variants: ["plain", "locked"],
  specimens: ["plain"],
  parameters: {
    balance: { default: 1000, max: 1_000_000, description: "the initial balance" },
    first: { default: 500, min: 1, max: 1_000_000, description: "the first withdrawal" },
    second: { default: 700, min: 1, max: 1_000_000, description: "the second withdrawal" },
    pause: { default: 0.1, max: 10, fraction: true, description: "seconds between the check and the store" },
  },
  shared: ({ parameters }) => ({ guard: lock(), balance: cell({ order: "plain", initial: parameters.balance }) }),
  *outcome({ balance }, { results }) {
    return { balance: yield* balance.load(), paid: results as number[] };
  },
  tasks: ({ variant, parameters }) =>
    [parameters.first, parameters.second].map((amount, index) => ({
      name: index === 0 ? "first" : "second",
      *run({ guard, balance }) {
        using _held = variant === "locked" ? yield* guard.lock() : undefined;
        const seen = yield* balance.load();
        if (seen < amount) return 0;
        const rest = seen - amount;
        yield* pause(parameters.pause);
        yield* balance.store(rest);
        return amount;
      },
    })),
  independent(outcome, { variant, parameters }) {
    if (variant === "plain" || "failed" in outcome) return null;
    const { balance, paid } = outcome;
    return {
      accepted: paid.filter((amount) => amount > 0).length,
      whole: balance + total(paid) === parameters.balance,
    };
  },
  expected({ variant, parameters: { balance, first, second } }) {
    const pay = (amount: number, from: number) => amount <= from ? amount : 0;
    const [one, other] = [pay(first, balance), pay(second, balance)];
    const [otherThen, oneThen] = [pay(second, balance - one), pay(first, balance - other)];
    const inTurn = [
      { balance: balance - one - otherThen, paid: [one, otherThen] },
      { balance: balance - other - oneThen, paid: [oneThen, other] },
    ];
    if (variant === "locked") return inTurn;
    // Both see the full balance; the last to store determines what is left, and a refused withdrawal stores nothing.
    const lefts = [one, other].filter((amount) => amount > 0).map((amount) => balance - amount);
    return [...inTurn, ...lefts.map((left) => ({ balance: left, paid: [one, other] }))];
  },
});

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
