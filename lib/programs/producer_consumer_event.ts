/**
 * A pipeline with one slot, ended by an event: two bugs that only some schedules show.
 *
 * - Producer and consumer check the event between two messages, then wait for each other. So one can wait for a
 *   message, or for room, from a task that has seen the event and left. That is the hang.
 * - The producer may fill the slot just after the consumer has seen the event: the last message is lost, and main finds
 *   it there when both have left.
 * - The solution is an end that takes the same path as the messages: a sentinel, as in `producer-consumer-lock`, or a
 *   queue that is closed, as in `producer-consumer-queue`.
 */

import { type AnyProgram, defineProgram, ensure, pause } from "../program/mod.ts";
import { cell, event, latch, semaphore } from "../sync/mod.ts";

const LOST = "every message that is produced is consumed";

/** The program `producer-consumer-event`. */
export const producerConsumerEvent: AnyProgram = defineProgram({
  name: "producer-consumer-event",
  claim: "With an event beside a one-slot pipeline, a task may hang or the last message may be lost.",
  module: import.meta.url,
  specimens: ["plain"],
  parameters: {
    messages: { default: 10, min: 1, max: 1000, description: "the most messages that the producer sends" },
    work: { default: 0.01, max: 10, fraction: true, description: "seconds after a message, before the next" },
    pause: { default: 0.055, max: 10, fraction: true, description: "seconds until the event is set" },
  },
  shared: () => ({
    // The pipeline's two semaphores are signals: any task may give what another waits for.
    free: semaphore(1),
    full: semaphore(0),
    slot: cell({ order: "plain" }),
    produced: cell(),
    consumed: cell(),
    ended: event(),
    left: latch(2),
  }),
  *outcome({ produced, consumed }) {
    return { produced: yield* produced.load(), consumed: yield* consumed.load() };
  },
  tasks: ({ parameters }) => [
    {
      name: "producer",
      *run({ free, full, slot, produced, ended, left }) {
        for (let message = 0; message < parameters.messages && !(yield* ended.isSet()); message++) {
          yield* free.acquire();
          yield* slot.store(message);
          yield* produced.add(1);
          yield* full.release();
          yield* pause(parameters.work);
        }
        yield* left.countDown();
      },
    },
    {
      name: "consumer",
      *run({ free, full, slot, consumed, ended, left }) {
        for (let message = 0; !(yield* ended.isSet()); message++) {
          yield* full.acquire();
          ensure((yield* slot.load()) === message, "messages come in order, each once");
          yield* consumed.add(1);
          yield* free.release();
        }
        yield* left.countDown();
      },
    },
    {
      name: "main",
      *run({ produced, consumed, ended, left }) {
        yield* pause(parameters.pause);
        yield* ended.set();
        yield* left.wait();
        ensure((yield* produced.load()) === (yield* consumed.load()), LOST);
      },
    },
  ],
  expected: ({ parameters: { messages } }) => (outcome) => {
    if (!("failed" in outcome)) return outcome.produced === outcome.consumed && outcome.produced <= messages;
    // A task that hangs keeps main waiting; if nobody hangs, main may miss a message.
    const isHung = outcome.failed.every(({ error }) => error === "DeadlockError") &&
      outcome.failed.some(({ task }) => task !== "main");
    const isLost = outcome.failed.length === 1 && outcome.failed[0]?.task === "main" &&
      outcome.failed[0].message.endsWith(LOST);
    return isHung || isLost;
  },
});
