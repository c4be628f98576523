/**
 * Bursts: many messages come at once, and the consumer keeps up only on average.
 *
 * - `bounded`: the queue holds up to `--maxsize` messages; in a burst, the producer waits for room.
 * - `unbounded`: the queue grows during a burst; the producer never waits, at the price of a deep queue.
 * - The outcome gives the greatest depth that the producer saw after a put, and how long its puts took, in
 *   milliseconds.
 */

import { QueueShutDownError } from "../errors.ts";
import { queue } from "../mailbox/mod.ts";
import { now } from "../memory/mod.ts";
import { type AnyProgram, defineProgram, ensure, pause } from "../program/mod.ts";

/** The program `burst`. */
export const burst: AnyProgram = defineProgram({
  name: "burst",
  claim: "A queue absorbs bursts: a bounded one makes the producer wait, an unbounded one grows; nothing is lost.",
  module: import.meta.url,
  variants: ["bounded", "unbounded"],
  parameters: {
    bursts: { default: 3, min: 1, max: 100, explored: 1, description: "how many bursts come" },
    burst: { default: 10, min: 1, max: 1000, explored: 2, description: "how many messages come at once" },
    maxsize: { default: 3, min: 1, max: 1000, explored: 1, description: "how many messages the bounded queue holds" },
    pause: { default: 0.06, max: 10, fraction: true, description: "seconds between two bursts" },
    work: { default: 0.005, max: 10, fraction: true, description: "seconds that the consumer needs for a message" },
  },
  shared: ({ variant, parameters: { maxsize } }) => ({
    pipeline: queue<number>({ maxsize: variant === "bounded" ? maxsize : 0 }),
  }),
  *outcome(_shared, { results: [producer, consumed] }) {
    return { ...producer as { produced: number; depth: number; waited: number }, consumed: consumed as number };
  },
  tasks: ({ variant, parameters }) => [
    {
      name: "producer",
      *run({ pipeline }) {
        let [produced, depth, waited] = [0, 0, 0];
        for (let count = 0; count < parameters.bursts; count++) {
          if (count > 0) yield* pause(parameters.pause);
          for (let message = 0; message < parameters.burst; message++) {
            const before = yield* now();
            yield* pipeline.put(produced++);
            waited += (yield* now()) - before;
            const { size } = yield* pipeline.statistics();
            ensure(variant === "unbounded" || size <= parameters.maxsize, "the queue is no larger than its bound");
            depth = Math.max(depth, size);
          }
        }
        yield* pipeline.shutdown();
        return { produced, depth, waited: Math.round(waited) };
      },
    },
    {
      name: "consumer",
      *run({ pipeline }) {
        let consumed = 0;
        try {
          for (;; consumed++) {
            ensure((yield* pipeline.get()) === consumed, "messages come in order, each once");
            yield* pause(parameters.work);
          }
        } catch (error) {
          if (!(error instanceof QueueShutDownError)) throw error;
        }
        return consumed;
      },
    },
  ],
  independent: (outcome) => "failed" in outcome ? outcome : { produced: outcome.produced, consumed: outcome.consumed },
  expected: ({ variant, parameters: { bursts, burst, maxsize } }) => (outcome) => {
    if ("failed" in outcome) return false;
    const { produced, consumed, depth, waited } = outcome;
    const most = variant === "bounded" ? maxsize : bursts * burst;
    return produced === bursts * burst && consumed === produced && depth <= most && waited >= 0;
  },
});
