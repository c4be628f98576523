/**
 * A bounded number inside: bank customers share a few tellers.
 *
 * - There are never more customers inside than tellers, and everybody is served.
 * - Waiters are served first come, first served: `order` lists the arrival numbers by turn. It deviates from 0, 1, 2,
 *   ... only if another customer comes between taking a number and joining the line, or two are called at once.
 */

import { type AnyProgram, defineProgram, ensure, pause } from "../program/mod.ts";
import { cell, cells, semaphore } from "../sync/mod.ts";

/** The program `semaphore`. */
export const semaphoreProgram: AnyProgram = defineProgram({
  name: "semaphore",
  claim: "There are never more customers inside than tellers, and all are served.",
  module: import.meta.url,
  parameters: {
    tellers: { default: 2, min: 1, max: 8, description: "how many customers may be inside" },
    customers: { default: 5, min: 1, max: 12, description: "how many customers come" },
    pause: { default: 0.01, max: 10, fraction: true, description: "seconds that a teller takes" },
  },
  shared: ({ parameters: { tellers, customers } }) => ({
    tellers: semaphore(tellers),
    arrived: cell(),
    inside: cell(),
    most: cell(),
    turns: cell(),
    order: cells({ length: customers }),
  }),
  *outcome({ turns, most, order }) {
    const arrivals: number[] = [];
    for (let turn = 0; turn < order.length; turn++) arrivals.push(yield* order.at(turn).load());
    return { served: yield* turns.load(), most: yield* most.load(), order: arrivals };
  },
  tasks: ({ parameters }) =>
    Array.from({ length: parameters.customers }, (_, index) => ({
      name: `customer${index}`,
      *run({ tellers, arrived, inside, most, turns, order }) {
        const arrival = yield* arrived.add(1);
        using _held = yield* tellers.hold();
        yield* order.at(yield* turns.add(1)).store(arrival);
        const now = (yield* inside.add(1)) + 1;
        ensure(now <= parameters.tellers, "there is a teller for everybody inside");
        // The maximum so far; another task may raise it meanwhile.
        let seen = yield* most.load();
        while (seen < now) seen = yield* most.compareExchange(seen, now);
        yield* pause(parameters.pause);
        yield* inside.add(-1);
      },
    })),
  independent: (outcome) => "failed" in outcome ? outcome : { served: outcome.served },
  expected: ({ parameters: { tellers, customers } }) => (outcome) => {
    if ("failed" in outcome) return false;
    const { served, most, order } = outcome;
    return served === customers && most <= tellers && order.toSorted((a, b) => a - b).every((n, index) => n === index);
  },
});
