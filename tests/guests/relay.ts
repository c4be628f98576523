/**
 * A program in which letters go from one task to another, through things of several kinds.
 *
 * @module
 */

import { channel } from "../../lib/mailbox/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";
import { boundedSemaphore, cell, cells } from "../../lib/sync/mod.ts";

/** Values that one task sends to another, which counts them and keeps each. */
export const relay = defineProgram({
  name: "relay",
  claim: "What is sent arrives, in order.",
  module: import.meta.url,
  shared: () => ({
    letters: channel<string>({ capacity: 1 }),
    permits: boundedSemaphore(2),
    count: cell({ initial: 5 }),
    lengths: cells({ length: 3 }),
  }),
  tasks: () => [
    {
      name: "sender",
      *run({ letters }) {
        for (const letter of ["a", "bb", "ccc"]) yield* letters.put(letter);
        yield* letters.close();
      },
    },
    {
      name: "taker",
      *run({ letters, permits, count, lengths }) {
        using _permit = yield* permits.hold();
        for (let place = 0; place < 3; place++) {
          yield* lengths.at(place).store((yield* letters.take()).length);
          yield* count.add(1);
        }
      },
    },
  ],
  *outcome({ count }) {
    return yield* count.load();
  },
  expected: () => [8],
});
