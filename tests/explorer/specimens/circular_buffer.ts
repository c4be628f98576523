/**
 * A ring that one task fills and one empties, under a lock, with flags for whose turn it is; each may come in vain.
 *
 * @module
 */

import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, cells, lock } from "../../../lib/sync/mod.ts";

const SIZE = 10;

/** See the module. */
export const circularBuffer = defineProgram({
  name: "circular-buffer",
  claim: "What is taken is what was put.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  parameters: { times: { default: 7, min: 1, max: 9, description: "how often each comes" } },
  shared: () => ({
    m: lock(),
    ring: cells({ length: SIZE }),
    next: cell(),
    first: cell(),
    send: cell({ initial: 1 }),
    receive: cell(),
    last: cell({ initial: -1 }),
  }),
  tasks: ({ variant, parameters: { times } }) => [
    {
      name: "put",
      *run({ m, ring, next, send, receive, last }) {
        for (let time = 0; time < times; time++) {
          using _held = yield* m.lock();
          if ((yield* send.load()) === 0) continue;
          const at = yield* next.load();
          yield* ring.at(at).store(time);
          yield* last.store(time);
          yield* next.store((at + 1) % SIZE);
          yield* send.store(0);
          yield* receive.store(1);
        }
      },
    },
    {
      name: "take",
      *run({ m, ring, next, first, send, receive, last }) {
        for (let time = 0; time < times; time++) {
          using _held = yield* m.lock();
          if ((yield* receive.load()) === 0) continue;
          const at = yield* first.load();
          const isThere = (yield* next.load()) > 0 && at < SIZE;
          const item = isThere ? yield* ring.at(at).load() : -1;
          if (isThere) yield* first.store(at + 1);
          const wanted = variant === "fixed" ? yield* last.load() : time;
          ensure(item === wanted, "the item is the one that was put");
          yield* receive.store(0);
          yield* send.store(1);
        }
      },
    },
  ],
  outcome: function* ({ next, first }) {
    return (yield* next.load()) - (yield* first.load());
  },
  expected: () => [0, 1],
});
