/**
 * A teller and a line of customers: waiting under a lock for something to change.
 *
 * - A customer takes a number and waits until it is called; the teller waits until somebody has taken a number. A wait
 *   releases the lock, and its condition is checked again after each notification.
 * - Customers are served in the order of their numbers: first come, first served.
 * - `plain`: the teller's loop does not end. When all customers have left, it waits forever, and that is reported.
 * - `closing`: the last customer closes the bank, and the teller goes home.
 */

import { DeadlockError } from "../errors.ts";
import type { Steps } from "../memory/mod.ts";
import { type AnyProgram, defineProgram, ensure, pause, type ProgramTask } from "../program/mod.ts";
import { cell, condition } from "../sync/mod.ts";
import { journal, linesOf, note } from "./journal.ts";

function things(customers: number) {
  return {
    // Protects all cells.
    changed: condition(),
    /** The next number to take. */
    next: cell({ order: "plain" }),
    /** How many numbers have been called. */
    called: cell({ order: "plain" }),
    /** How many customers have left. */
    left: cell({ order: "plain" }),
    ...journal(customers),
  };
}

type Task = ProgramTask<ReturnType<typeof things>>;

/** The program `condition`. */
export const conditionProgram: AnyProgram = defineProgram({
  name: "condition",
  claim: "First come, first served; a teller that nobody sends home waits forever.",
  module: import.meta.url,
  variants: ["plain", "closing"],
  specimens: ["plain"],
  parameters: {
    customers: { default: 5, min: 1, max: 8, explored: 1, description: "how many customers come" },
    pause: { default: 0.01, max: 10, fraction: true, description: "seconds that the teller takes" },
  },
  shared: ({ parameters }) => things(parameters.customers),
  outcome: (shared) => linesOf(shared),
  tasks: ({ variant, parameters: { customers, pause } }) => [
    teller({ pause, closesAfter: variant === "closing" ? customers : Infinity }),
    ...Array.from({ length: customers }, (_, index) => customer(`customer${index}`)),
  ],
  // On every schedule all customers are served; in `plain` the teller is also left waiting, and reported.
  independent: (outcome) => outcome,
  expected({ variant, parameters: { customers } }) {
    if (variant === "closing") return [Array.from({ length: customers }, (_, index) => index)];
    const { name, message } = new DeadlockError([
      { task: "teller", object: "changed", method: "waitUntil", owners: [] },
    ]);
    return [{ failed: [{ task: "teller", error: name, message }] }];
  },
});

function teller({ pause: seconds, closesAfter }: { readonly pause: number; readonly closesAfter: number }): Task {
  return {
    name: "teller",
    *run({ changed, next, called, left }) {
      for (let served = 0; served < closesAfter; served++) {
        using _held = yield* changed.lock.lock();
        yield* changed.waitFor(function* (): Steps<boolean> {
          return (yield* next.load()) > served;
        });
        yield* pause(seconds);
        yield* called.store(served + 1);
        yield* changed.notifyAll();
        yield* changed.waitFor(function* (): Steps<boolean> {
          return (yield* left.load()) > served;
        });
      }
    },
  };
}

function customer(name: string): Task {
  return {
    name,
    *run({ changed, next, called, left, ...log }) {
      using _held = yield* changed.lock.lock();
      const number = yield* next.load();
      yield* next.store(number + 1);
      yield* changed.notifyAll();
      yield* changed.waitFor(function* (): Steps<boolean> {
        return (yield* called.load()) > number;
      });
      ensure((yield* left.load()) === number, "nobody is called before it is this number's turn");
      yield* note(log, number);
      yield* left.store(number + 1);
      yield* changed.notifyAll();
    },
  };
}
