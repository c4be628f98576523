/**
 * Two gates: customers enter when the bank opens, and withdraw when its money has arrived.
 *
 * - An event is a flag that tasks wait for; a task that comes after it has been set proceeds at once.
 * - Everything that happens before a set is visible to all tasks that proceed because of it.
 */

import { type AnyProgram, defineProgram, ensure, pause } from "../program/mod.ts";
import { cell, event, type Shared } from "../sync/mod.ts";

function things() {
  return {
    opened: event(),
    funded: event(),
    isOpen: cell({ order: "plain" }),
    hasMoney: cell({ order: "plain" }),
    entered: cell(),
    withdrew: cell(),
  };
}

type Things = Shared<ReturnType<typeof things>>;

/** The program `event`. */
export const eventProgram: AnyProgram = defineProgram({
  name: "event",
  claim: "Nobody enters before the bank opens, and nobody withdraws before the money is there.",
  module: import.meta.url,
  parameters: {
    customers: { default: 4, min: 1, max: 8, explored: 2, description: "how many customers come" },
    pause: { default: 0.01, max: 10, fraction: true, description: "seconds until each of the gates opens" },
  },
  shared: things,
  *outcome({ entered, withdrew }) {
    return { entered: yield* entered.load(), withdrew: yield* withdrew.load() };
  },
  tasks: ({ parameters }) => [
    {
      name: "bank",
      *run({ opened, funded, isOpen, hasMoney, entered, withdrew }) {
        yield* pause(parameters.pause);
        ensure((yield* entered.load()) === 0, "nobody enters before the bank opens");
        yield* isOpen.store(1);
        yield* opened.set();
        yield* pause(parameters.pause);
        ensure((yield* withdrew.load()) === 0, "nobody withdraws before the money is there");
        yield* hasMoney.store(1);
        yield* funded.set();
      },
    },
    ...Array.from({ length: parameters.customers }, (_, index) => ({
      name: `customer${index}`,
      *run({ opened, funded, isOpen, hasMoney, entered, withdrew }: Things) {
        yield* opened.wait();
        ensure((yield* isOpen.load()) === 1, "the bank is open");
        yield* entered.add(1);
        yield* funded.wait();
        ensure((yield* hasMoney.load()) === 1, "the money is there");
        yield* withdrew.add(1);
      },
    })),
  ],
  expected: ({ parameters: { customers } }) => [{ entered: customers, withdrew: customers }],
});
