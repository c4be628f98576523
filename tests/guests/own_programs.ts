/**
 * A user's own programs, as the command line finds them by path and by URL.
 *
 * @module
 */

import { type AnyProgram, cell, defineProgram, lock, pause } from "../../mod.ts";

/** Counts guests in and out under a lock. */
export const counter: AnyProgram = defineProgram({
  name: "counter",
  claim: "All that is counted is there.",
  module: import.meta.url,
  variants: ["short", "long"],
  parameters: {
    taskCount: { default: 2, min: 1, max: 4, description: "how many tasks count" },
    stepSize: { default: 1, min: 0.5, max: 2, fraction: true, description: "what each adds" },
    color: { default: "red", choices: ["red", "green"], description: "what it is called" },
    loud: { default: false, description: "whether it shouts" },
    fair: { default: true, description: "whether nobody is overtaken" },
  },
  shared: ({ parameters: { fair } }) => ({ guard: lock({ fair }), sum: cell({ cell: "f64", order: "plain" }) }),
  *outcome({ sum }, { settings: { variant, parameters: { color, loud, fair }, seed } }) {
    return { sum: yield* sum.load(), color: loud ? color.toUpperCase() : color, fair, variant, seed };
  },
  tasks: ({ parameters: { taskCount, stepSize } }) =>
    Array.from({ length: taskCount }, (_, index) => ({
      name: `task${index}`,
      *run({ guard, sum }) {
        using _held = yield* guard.lock();
        yield* sum.store((yield* sum.load()) + stepSize);
      },
    })),
  expected: ({ parameters: { taskCount, stepSize } }) => (outcome) => {
    return "sum" in outcome && outcome.sum === taskCount * stepSize;
  },
});

/** Fails where it is wanted, with what is not declared. */
export const failing: AnyProgram = defineProgram({
  name: "failing",
  claim: "It fails.",
  module: import.meta.url,
  parameters: { message: { default: "none", choices: ["none", "odd"], description: "what it fails with" } },
  shared: () => ({ value: cell() }),
  outcome: ({ value }) => value.load(),
  tasks: ({ parameters: { message } }) => [{
    name: "only",
    *run({ value }) {
      yield* value.store(1);
      if (message !== "none") throw new TypeError(`it is ${message}`);
    },
  }],
  expected: () => [1],
});

/** Says where it runs. */
export const uneven: AnyProgram = defineProgram({
  name: "uneven",
  claim: "It is the same everywhere, it says.",
  module: import.meta.url,
  shared: () => ({ value: cell() }),
  tasks: () => [{ name: "only", run: ({ value }) => value.store("WorkerGlobalScope" in globalThis ? 1 : 0) }],
  outcome: ({ value }) => value.load(),
  expected: () => [0, 1],
});

/** Takes a minute. */
export const slow: AnyProgram = defineProgram({
  name: "slow",
  claim: "It takes long.",
  module: import.meta.url,
  shared: () => ({ value: cell() }),
  tasks: () => ["one", "other"].map((name) => ({ name, run: () => pause(60) })),
  outcome: ({ value }) => value.load(),
  expected: () => [0],
});
