/**
 * The shortest deadlock: a task acquires a lock that it already holds.
 *
 * - Only its owner, which waits, may release an owned lock: that is reported at once, without a timeout.
 * - The remedy is a lock that counts how many times its owner has acquired it: see `rlock`.
 */

import { DeadlockError } from "../errors.ts";
import { type AnyProgram, defineProgram } from "../program/mod.ts";
import { lock } from "../sync/mod.ts";

/** The program `self-deadlock`. */
export const selfDeadlock: AnyProgram = defineProgram({
  name: "self-deadlock",
  claim: "A task that acquires its own lock again gets an error at once.",
  module: import.meta.url,
  specimens: ["plain"],
  shared: () => ({ guard: lock({ owned: true }) }),
  tasks: () => [{
    name: "worker",
    *run({ guard }) {
      using _outer = yield* guard.lock();
      using _inner = yield* guard.lock();
    },
  }],
  *outcome() {},
  // It fails on every schedule, so the failure is the same in all modes.
  independent: (outcome) => outcome,
  expected() {
    const { name, message } = new DeadlockError([
      { task: "worker", object: "guard", method: "acquire", owners: ["worker"] },
    ]);
    return [{ failed: [{ task: "worker", error: name, message }] }];
  },
});
