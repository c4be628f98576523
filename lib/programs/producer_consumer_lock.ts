/**
 * A pipeline with one slot and two locks: the producer lock signals that the slot is free, the consumer lock that it is
 * full.
 *
 * - Each side acquires its own lock and releases the other's, so the locks are signals. A lock that only its owner may
 *   release would not do, and the consumer lock is held at first, because the slot is empty.
 * - Producer and consumer strictly alternate, and a sentinel ends them.
 */

import { seededChooser } from "../memory/mod.ts";
import { type AnyProgram, defineProgram, ensure } from "../program/mod.ts";
import { cell, lock } from "../sync/mod.ts";

/** The end marker after the last message. */
const SENTINEL = -1;

/** The program `producer-consumer-lock`. */
export const producerConsumerLock: AnyProgram = defineProgram({
  name: "producer-consumer-lock",
  claim: "Two locks turn one slot into a pipeline: all messages arrive in order, one at a time.",
  module: import.meta.url,
  parameters: { messages: { default: 10, max: 1000, description: "how many messages go through" } },
  shared: () => ({
    producerLock: lock(),
    consumerLock: lock({ held: true }),
    slot: cell({ order: "plain" }),
    full: cell(),
  }),
  tasks: ({ parameters: { messages }, seed }) => [
    {
      name: "producer",
      *run({ producerLock, consumerLock, slot, full }) {
        for (const message of [...messagesOf(messages, seed), SENTINEL]) {
          yield* producerLock.acquire();
          ensure((yield* full.add(1)) === 0, "the slot is free");
          yield* slot.store(message);
          yield* consumerLock.release();
        }
      },
    },
    {
      name: "consumer",
      *run({ producerLock, consumerLock, slot, full }) {
        for (const consumed: number[] = [];;) {
          yield* consumerLock.acquire();
          ensure((yield* full.add(-1)) === 1, "one message is in the slot");
          const message = yield* slot.load();
          yield* producerLock.release();
          if (message === SENTINEL) {
            yield* consumerLock.release();
            return consumed;
          }
          consumed.push(message);
        }
      },
    },
  ],
  *outcome({ full }, { results: [, consumed] }) {
    return { consumed: consumed as number[], left: yield* full.load() };
  },
  expected: ({ parameters: { messages }, seed }) => [{ consumed: messagesOf(messages, seed), left: 0 }],
});

function messagesOf(count: number, seed: number): number[] {
  const choose = seededChooser(seed);
  return Array.from({ length: count }, () => choose(100) + 1);
}
