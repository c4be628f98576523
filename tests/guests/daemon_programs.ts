/**
 * Programs with daemons that never end by themselves.
 *
 * @module
 */

import { type AnyProgram, defineProgram, pause } from "../../lib/program/mod.ts";
import { cell, event, lock } from "../../lib/sync/mod.ts";

/** Main counts while daemons wait for ever, work for ever, or fail. */
export const watched: AnyProgram = defineProgram({
  name: "watched",
  claim: "Nobody waits for a daemon, and it is no deadlock that it waits.",
  module: import.meta.url,
  variants: ["waiting", "working", "failing"],
  shared: () => ({ never: event(), begun: event(), guard: lock(), count: cell() }),
  tasks: ({ variant }) => [
    {
      name: "daemon",
      daemon: true,
      *run({ never, begun, guard, count }) {
        // Main goes on when the recovery from the death of the daemon is over.
        if (variant === "failing") yield* guard.acquire();
        yield* begun.set();
        if (variant === "failing") throw new RangeError("no");
        if (variant === "waiting") yield* never.wait();
        for (;;) {
          using _held = yield* guard.lock();
          yield* count.add(0);
          yield* pause(0.001);
        }
      },
    },
    {
      name: "main",
      *run({ begun, guard, count }) {
        yield* begun.wait();
        for (let time = 0; time < 3; time++) {
          using held = yield* guard.lock();
          if (held.ownerDied !== undefined) yield* held.markConsistent();
          yield* count.add(1);
        }
      },
    },
  ],
  *outcome({ count }, { results }) {
    return { count: yield* count.load(), gave: results[0] === undefined };
  },
  expected: () => [{ count: 3, gave: true }],
});
