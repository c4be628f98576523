/**
 * The classic deadlock: two tasks take two locks in opposite orders.
 *
 * - `plain`: once each holds one lock, each waits for the other's. The report is the cycle: both tasks and both locks.
 * - `ordered`: every task takes the locks in the same order, so there can be no cycle.
 */

import { DeadlockError } from "../errors.ts";
import { type AnyProgram, defineProgram, pause } from "../program/mod.ts";
import { cell, lock } from "../sync/mod.ts";

/** The program `deadlock`. */
export const deadlock: AnyProgram = defineProgram({
  name: "deadlock",
  claim: "Taking locks in opposite orders can end in a cycle, which the report names.",
  module: import.meta.url,
  variants: ["plain", "ordered"],
  specimens: ["plain"],
  parameters: {
    pause: { default: 0.1, max: 10, fraction: true, description: "seconds between the first lock and the second" },
  },
  shared: () => ({ left: lock({ owned: true }), right: lock({ owned: true }), through: cell() }),
  tasks: ({ variant, parameters }) =>
    ["a", "b"].map((name) => ({
      name,
      *run({ left, right, through }) {
        const [one, other] = name === "a" || variant === "ordered" ? [left, right] : [right, left];
        using _one = yield* one.lock();
        yield* pause(parameters.pause);
        using _other = yield* other.lock();
        yield* through.add(1);
      },
    })),
  outcome: ({ through }) => through.load(),
  expected({ variant }) {
    if (variant === "ordered") return [2];
    const a = { task: "a", object: "right", method: "acquire", owners: ["b"] };
    const b = { task: "b", object: "left", method: "acquire", owners: ["a"] };
    // The cycle is reported from either task. Both fail, unless one releases its lock before the other is told.
    const cycles = [new DeadlockError([a, b]), new DeadlockError([b, a])];
    const failures = cycles.flatMap(({ name, message }) => {
      return [["a", "b"], ["a"], ["b"]].map((tasks) => ({
        failed: tasks.map((task) => ({ task, error: name, message })),
      }));
    });
    return [2, ...failures];
  },
});
