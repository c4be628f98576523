/**
 * Reentrance: a deposit holds the lock and calls a helper that acquires it again.
 *
 * - With a plain lock this would be a `self-deadlock`; a reentrant one counts how many times its owner has acquired it.
 * - The helper's release does not free it: only the outermost release lets the next task in.
 */

import type { Steps } from "../memory/mod.ts";
import { type AnyProgram, defineProgram, ensure, pause } from "../program/mod.ts";
import { cell, type RLock, rlock, type SharedCell } from "../sync/mod.ts";

/** The program `rlock`. */
export const rlockProgram: AnyProgram = defineProgram({
  name: "rlock",
  claim: "The owner of a reentrant lock may acquire it again; the outermost release frees it.",
  module: import.meta.url,
  parameters: {
    deposits: { default: 3, min: 1, max: 8, description: "how many tasks deposit" },
    amount: { default: 100, max: 1_000_000, description: "the amount that each deposits" },
    pause: { default: 0.01, max: 10, fraction: true, description: "seconds between the read and the write" },
  },
  shared: () => ({ guard: rlock(), balance: cell({ order: "plain" }), inside: cell() }),
  tasks: ({ parameters }) =>
    Array.from({ length: parameters.deposits }, (_, index) => ({
      name: `depositor${index}`,
      *run({ guard, balance, inside }) {
        using _held = yield* guard.lock();
        ensure((yield* inside.add(1)) === 0, "nobody else is in the critical section");
        yield* change({ guard, balance }, parameters);
        ensure((yield* guard.statistics()).depth === 1, "the helper's release leaves the lock taken");
        yield* inside.add(-1);
      },
    })),
  outcome: ({ balance }) => balance.load(),
  expected: ({ parameters: { deposits, amount } }) => [deposits * amount],
});

/** Changes the balance; may be called with or without holding the lock. */
function* change(
  { guard, balance }: { readonly guard: RLock; readonly balance: SharedCell<"i32"> },
  parameters: { readonly amount: number; readonly pause: number },
): Steps<void> {
  using _held = yield* guard.lock();
  const seen = yield* balance.load();
  yield* pause(parameters.pause);
  yield* balance.store(seen + parameters.amount);
}
