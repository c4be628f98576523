/**
 * The states of a channel: empty, full, closed with values left, and closed and empty.
 *
 * - A take from an empty channel parks, and so does a put into a full one. With a timeout they give up; without one
 *   they proceed when a partner comes.
 * - A put into a closed channel fails; takes drain it, then fail.
 * - A fetch returns the next value without taking it.
 */

import { ChannelClosedError, WaitTimeoutError } from "../errors.ts";
import { channel } from "../mailbox/mod.ts";
import type { Steps } from "../memory/mod.ts";
import { type AnyProgram, defineProgram } from "../program/mod.ts";

const STATES = [
  "empty: take parks",
  "empty: fetch parks",
  "empty: put gives nothing",
  "full: put parks",
  "full: fetch gives a",
  "full: take gives a",
  "empty again: put gives nothing",
  "closed: put fails",
  "closed: take gives b",
  "drained: take fails",
  "drained: fetch fails",
];

/** The program `channel-states`. */
export const channelStates: AnyProgram = defineProgram({
  name: "channel-states",
  claim: "Depending on its state, a channel parks, delivers or fails; once closed, it drains and then fails.",
  module: import.meta.url,
  parameters: {
    patience: { default: 0.01, max: 10, fraction: true, description: "seconds until a parked operation gives up" },
  },
  shared: () => ({ letters: channel<string>({ capacity: 1 }), meeting: channel<string>() }),
  *outcome(_shared, { results: [states, met] }) {
    return { states: states as string[], met: met as string };
  },
  tasks: ({ parameters: { patience } }) => [
    {
      name: "walker",
      *run({ letters, meeting }) {
        const wait = { timeout: patience };
        const states = [
          `empty: take ${yield* ending(letters.take(wait))}`,
          `empty: fetch ${yield* ending(letters.fetch(wait))}`,
          `empty: put ${yield* ending(letters.put("a"))}`,
          `full: put ${yield* ending(letters.put("b", wait))}`,
          `full: fetch ${yield* ending(letters.fetch())}`,
          `full: take ${yield* ending(letters.take())}`,
          `empty again: put ${yield* ending(letters.put("b"))}`,
        ];
        yield* letters.close();
        states.push(
          `closed: put ${yield* ending(letters.put("c"))}`,
          `closed: take ${yield* ending(letters.take())}`,
          `drained: take ${yield* ending(letters.take())}`,
          `drained: fetch ${yield* ending(letters.fetch())}`,
        );
        yield* meeting.put("hello");
        return states;
      },
    },
    // One of the two parks until the other arrives.
    { name: "partner", run: ({ meeting }) => meeting.take() },
  ],
  expected: () => [{ states: STATES, met: "hello" }],
});

/** How an operation on a channel ends. */
function* ending(operation: Steps<string | void>): Steps<string> {
  try {
    return `gives ${(yield* operation) ?? "nothing"}`;
  } catch (error) {
    if (error instanceof WaitTimeoutError) return "parks";
    if (error instanceof ChannelClosedError) return "fails";
    throw error;
  }
}
