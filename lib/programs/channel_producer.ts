/**
 * A producer bound to its channel: the channel ends when its task ends.
 *
 * - `plain`: the consumer's loop gets what the producer puts, and ends when the producer has ended.
 * - `failing`: the producer fails halfway, so the loop fails too, after taking what was put.
 */

import { ChannelClosedError } from "../errors.ts";
import { channel } from "../mailbox/mod.ts";
import { type AnyProgram, defineProgram } from "../program/mod.ts";

/** The values that the producer puts. */
const WORDS = ["start", 2, 4, 6, 8, "stop"] as const;
/** The number of values after which it fails. */
const FAILS_AFTER = 3;

/** The program `channel-producer`. */
export const channelProducer: AnyProgram = defineProgram({
  name: "channel-producer",
  claim: "A channel bound to its producer closes when the producer ends, and fails when it fails.",
  module: import.meta.url,
  variants: ["plain", "failing"],
  parameters: {
    capacity: { default: 0, max: 10, description: "the capacity of the channel; 0 for a rendezvous" },
  },
  shared: ({ parameters: { capacity } }) => ({ words: channel<string | number>({ capacity }) }),
  *outcome(_shared, { results: [, taken] }) {
    return taken as (string | number)[];
  },
  tasks: ({ variant }) => [
    {
      name: "producer",
      *run({ words }) {
        yield* words.bind();
        for (const [index, word] of WORDS.entries()) {
          if (variant === "failing" && index === FAILS_AFTER) throw new Error("out of ink");
          yield* words.put(word);
        }
      },
    },
    {
      name: "consumer",
      *run({ words }) {
        const taken: (string | number)[] = [];
        try {
          yield* words.forEach((word) => void taken.push(word));
        } catch (error) {
          // The reason comes from the producer's task: the outcome of the run is that both failed.
          if (error instanceof ChannelClosedError) {
            throw new Error(`after ${taken.join()}: ${error.name}`, { cause: error.cause });
          }
          throw error;
        }
        return taken;
      },
    },
  ],
  expected: ({ variant }) => {
    if (variant === "plain") return [[...WORDS]];
    const taken = WORDS.slice(0, FAILS_AFTER).join();
    return [{
      failed: [
        { task: "producer", error: "Error", message: "out of ink" },
        { task: "consumer", error: "Error", message: `after ${taken}: ChannelClosedError` },
      ],
    }];
  },
});
