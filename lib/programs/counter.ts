/**
 * A counter that many tasks increment: without protection, by one atomic operation, and under a lock.
 *
 * - `plain`: an increment is a load and a store, and any increment in between is lost.
 * - `atomic`: an increment is a single operation. `locked`: nothing comes between the load and the store.
 */

import { type AnyProgram, defineProgram } from "../program/mod.ts";
import { cell, lock } from "../sync/mod.ts";

/** The program `counter`. */
export const counter: AnyProgram = defineProgram({
  name: "counter",
  claim: "A load and a store do not make an increment: use an atomic operation, or a lock around both.",
  module: import.meta.url,
  variants: ["plain", "atomic", "locked"],
  specimens: ["plain"],
  parameters: {
    tasks: { default: 4, min: 1, max: 8, explored: 2, description: "how many tasks count" },
    times: { default: 20_000, min: 1, max: 1_000_000, explored: 3, description: "how many times each task counts" },
  },
  shared: ({ variant }) => ({
    guard: lock(),
    value: cell({ order: variant === "atomic" ? "atomic" : "plain" }),
  }),
  outcome: ({ value }) => value.load(),
  tasks: ({ variant, parameters: { tasks, times } }) =>
    Array.from({ length: tasks }, (_, index) => ({
      name: `counter${index}`,
      *run({ guard, value }) {
        for (let time = 0; time < times; time++) {
          if (variant === "atomic") {
            yield* value.add(1);
            continue;
          }
          if (variant === "locked") yield* guard.acquire();
          yield* value.store((yield* value.load()) + 1);
          if (variant === "locked") yield* guard.release();
        }
      },
    })),
  expected: ({ variant, parameters: { tasks, times } }) => {
    if (variant !== "plain" || tasks === 1) return [tasks * times];
    // One task stores 1 after almost everything else; another has read that 1 and stores 2 last of all.
    const least = times === 1 ? 1 : 2;
    return (outcome) => typeof outcome === "number" && outcome >= least && outcome <= tasks * times;
  },
});
