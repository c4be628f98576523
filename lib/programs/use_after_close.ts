/**
 * Use after close: one task closes a file handle that another still uses.
 *
 * - `plain`: the task that closes the handle does not check whether another is about to use it.
 * - `latch`: it waits until the user declares that it is done with the handle, then closes it.
 */

import { type AnyProgram, defineProgram, ensure, pause } from "../program/mod.ts";
import { cell, latch } from "../sync/mod.ts";

const CLAIM = "the file that is written to is open";

/** The program `use-after-close`. */
export const useAfterClose: AnyProgram = defineProgram({
  name: "use-after-close",
  claim: "Using a handle that another task has closed fails; a latch says when it is safe to close.",
  module: import.meta.url,
  variants: ["plain", "latch"],
  specimens: ["plain"],
  parameters: {
    writes: { default: 3, min: 1, max: 100, description: "how many times the file is written to" },
    pause: { default: 0.01, max: 10, fraction: true, description: "seconds between two writes" },
    close: { default: 0.015, max: 10, fraction: true, description: "seconds until the file is to be closed" },
  },
  // The file handle is represented by a cell: 1 while the file is open.
  shared: () => ({ isOpen: cell({ initial: 1 }), written: cell(), unused: latch(1) }),
  tasks: ({ variant, parameters }) => [
    {
      name: "writer",
      *run({ isOpen, written, unused }) {
        for (let write = 0; write < parameters.writes; write++) {
          if (write > 0) yield* pause(parameters.pause);
          ensure((yield* isOpen.load()) === 1, CLAIM);
          yield* written.add(1);
        }
        yield* unused.countDown();
      },
    },
    {
      name: "closer",
      *run({ isOpen, unused }) {
        yield* pause(parameters.close);
        if (variant === "latch") yield* unused.wait();
        yield* isOpen.store(0);
      },
    },
  ],
  outcome: ({ written }) => written.load(),
  expected: ({ variant, parameters: { writes } }) => {
    if (variant === "latch") return [writes];
    const message = `Assertion failed: ${CLAIM}`;
    return [writes, { failed: [{ task: "writer", error: "AssertionError", message }] }];
  },
});
