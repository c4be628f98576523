/**
 * A program that sends numbers from one task to another, for the bench.
 */

import { defineProgram, queue } from "../../mod.ts";

/** Sends numbers through a queue, one at a time or in batches. */
export const pipe = defineProgram({
  name: "pipe",
  claim: "What one task puts, the other gets.",
  module: import.meta.url,
  parameters: {
    items: { default: 1000, min: 1, description: "numbers" },
    batch: { default: 1, min: 1, description: "numbers at once" },
  },
  shared: () => ({ numbers: queue<number>({ maxsize: 1024 }) }),
  tasks: ({ parameters: { items, batch } }) => [
    {
      name: "source",
      *run({ numbers }) {
        const all = Array.from({ length: batch }, (_, index) => index);
        for (let sent = 0; sent < items; sent += batch) {
          if (batch === 1) yield* numbers.put(sent);
          else yield* numbers.putAll(all.slice(0, items - sent));
        }
      },
    },
    {
      name: "sink",
      *run({ numbers }) {
        let got = 0;
        while (got < items) {
          if (batch === 1) yield* numbers.get();
          got += batch === 1 ? 1 : (yield* numbers.takeUpTo(batch)).length;
        }
        return got;
      },
    },
  ],
  *outcome(_shared, { results }) {
    return results[1];
  },
  expected: ({ parameters: { items } }) => [items],
});
