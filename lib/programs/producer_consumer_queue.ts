/**
 * A pipeline with a bounded queue, and two ways to end it: an event beside the queue, or closing the queue.
 *
 * - `event`: both sides check the event between two messages. The consumer may find the queue empty before the event is
 *   set, then wait forever; or it may find the queue empty just before a last message comes, which is lost.
 * - `close`: the queue knows about the end, so a put fails and a get drains what is left: every schedule ends, and
 *   nothing is lost.
 */

import { QueueShutDownError } from "../errors.ts";
import { queue } from "../mailbox/mod.ts";
import { type AnyProgram, defineProgram, ensure, pause } from "../program/mod.ts";
import { event } from "../sync/mod.ts";

/** The program `producer-consumer-queue`. */
export const producerConsumerQueue: AnyProgram = defineProgram({
  name: "producer-consumer-queue",
  claim: "With an event beside a queue, messages may be lost or tasks hang; a queue that is closed drains.",
  module: import.meta.url,
  variants: ["event", "close"],
  specimens: ["event"],
  parameters: {
    end: {
      default: "variant",
      choices: ["variant", "event", "close"],
      description: "how it ends; by default as the variant says",
    },
    messages: { default: 12, max: 10_000, explored: 2, description: "how many messages the producer sends" },
    maxsize: { default: 10, min: 1, max: 1000, explored: 1, description: "how many messages the queue holds" },
    pause: { default: 0.1, max: 10, fraction: true, description: "seconds until main ends the pipeline" },
  },
  shared: ({ parameters: { maxsize } }) => ({
    pipeline: queue<number>({ maxsize, bytes: 64 * maxsize }),
    ended: event(),
  }),
  *outcome({ pipeline }, { results }) {
    const [produced, consumed] = results as [number, number];
    return { produced, consumed, lost: (yield* pipeline.statistics()).size };
  },
  tasks: (settings) => [
    {
      name: "producer",
      *run({ pipeline, ended }) {
        let produced = 0;
        try {
          for (; produced < settings.parameters.messages && !(yield* ended.isSet()); produced++) {
            yield* pipeline.put(produced);
          }
        } catch (error) {
          if (!(error instanceof QueueShutDownError)) throw error;
        }
        return produced;
      },
    },
    {
      name: "consumer",
      *run({ pipeline, ended }) {
        let consumed = 0;
        try {
          for (;; consumed++) {
            const isEnded = yield* ended.isSet();
            const { size } = yield* pipeline.statistics();
            ensure(size <= settings.parameters.maxsize, "the queue has no more messages than it takes");
            if (isEnded && size === 0) break;
            ensure((yield* pipeline.get()) === consumed, "messages come in order, each once");
          }
        } catch (error) {
          if (!(error instanceof QueueShutDownError)) throw error;
        }
        return consumed;
      },
    },
    {
      name: "main",
      *run({ pipeline, ended }) {
        yield* pause(settings.parameters.pause);
        if (isClosed(settings)) yield* pipeline.shutdown();
        else yield* ended.set();
      },
    },
  ],
  independent: (outcome, settings) =>
    isClosed(settings) ? "failed" in outcome ? outcome : { lost: outcome.lost } : null,
  expected: (settings) => (outcome) => {
    if ("failed" in outcome) {
      const hangs = outcome.failed.every(({ task, error }) => task === "consumer" && error === "DeadlockError");
      return !isClosed(settings) && hangs;
    }
    const { produced, consumed, lost } = outcome;
    return produced <= settings.parameters.messages && produced === consumed + lost &&
      lost <= (isClosed(settings) ? 0 : 1);
  },
});

function isClosed({ variant, parameters: { end } }: { variant: string; parameters: { end: string } }): boolean {
  return (end === "variant" ? variant : end) === "close";
}
