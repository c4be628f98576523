/**
 * The tasks of the memory contract, by name: the same text runs in the model and in real workers.
 *
 * @module
 */

import {
  add,
  type Cell,
  compareExchange,
  load,
  notify,
  read,
  sleep,
  type Steps,
  store,
  wait,
  write,
} from "../../lib/memory/mod.ts";
import { Join, type JoinPlace, LatestValue, type LatestValuePlace } from "../../lib/mailbox/mod.ts";

/** A task by name, with its cloneable arguments. */
export type TaskCall = {
  [K in keyof typeof tasks]: { task: K; args: Parameters<typeof tasks[K]> };
}[keyof typeof tasks];

/** The steps of a task. */
export function stepsOf({ task, args }: TaskCall): Steps<unknown> {
  // The call pairs a name with its own arguments.
  return (tasks[task] as (...args: unknown[]) => Steps<unknown>)(...args);
}

/** A value of `length` equal bytes. */
export function pattern(value: number, length: number): Uint8Array {
  return new Uint8Array(length).fill(value % 251);
}

const tasks = {
  /** Adds 1 (a half, for float64) `times` times. */
  *addMany(word: number, cell: Cell, times: number): Steps<void> {
    for (let round = 0; round < times; round++) {
      if (cell === "i64") yield* add(word, 1n, { cell });
      else yield* add(word, cell === "f64" ? 0.5 : 1, { cell });
    }
  },

  /** Adds 1 by compareExchange, `times` times. */
  *addByCompareExchange(word: number, times: number): Steps<void> {
    for (let round = 0; round < times;) {
      const expected = yield* load(word);
      if ((yield* compareExchange(word, { expected, replacement: expected + 1 })) === expected) round++;
    }
  },

  /** Waits for each even (or odd) turn and passes it on. */
  *takeTurns(turn: number, parity: number, rounds: number): Steps<void> {
    for (let round = parity; round < 2 * rounds; round += 2) {
      for (let seen = yield* load(turn); seen !== round; seen = yield* load(turn)) yield* wait(turn, seen);
      yield* store(turn, round + 1);
      yield* notify(turn);
    }
  },

  /** Passes a gate once it is open, and counts itself. */
  *passGate(gate: number, passed: number): Steps<void> {
    while ((yield* load(gate)) === 0) yield* wait(gate, 0);
    yield* add(passed, 1);
  },

  /** Opens a gate for all. */
  *openGate(gate: number): Steps<number> {
    yield* store(gate, 1);
    return yield* notify(gate);
  },

  /** Stores 1 to one word and loads the other. */
  *storeThenLoad(own: number, other: number): Steps<number> {
    yield* store(own, 1);
    return yield* load(other);
  },

  /** Writes a message of plain bytes and a plain word, then raises an atomic flag. */
  *sendMessage(flag: number, data: number, length: number): Steps<void> {
    yield* write(0, pattern(7, length));
    yield* store(data, 42, { order: "plain" });
    yield* store(flag, 1);
    yield* notify(flag);
  },

  /** Waits for the flag, then reads the message. */
  *receiveMessage(flag: number, data: number, length: number): Steps<{ data: number; bytes: number[] }> {
    while ((yield* load(flag)) === 0) yield* wait(flag, 0);
    return { data: yield* load(data, { order: "plain" }), bytes: [...yield* read(0, length)] };
  },

  /** Waits for the word to become nonzero, with a deadline; gives all that the waits answered. */
  *waitUntil(word: number, deadline: number): Steps<string[]> {
    const answers: string[] = [];
    while ((yield* load(word)) === 0) {
      const answer = yield* wait(word, 0, { deadline });
      answers.push(answer);
      if (answer === "timed-out") break;
    }
    return answers;
  },

  /** Waits once for a word to differ from 0. */
  *waitOnce(word: number): Steps<string> {
    return yield* wait(word, 0);
  },

  /** Sleeps. */
  *sleepUntil(until: number): Steps<void> {
    yield* sleep(until);
  },

  /** Puts the values 1 to `count` of various lengths; gives how many replaced an unread one. */
  *putMany(place: LatestValuePlace, count: number): Steps<number> {
    const mailbox = new LatestValue(place);
    let overwrites = 0;
    for (let value = 1; value <= count; value++) {
      if (yield* mailbox.put(message(value, place.capacity))) overwrites++;
    }
    return overwrites;
  },

  /** Takes until the value `last` comes, waiting or not; gives the values, or -1 for a torn one. */
  *takeMany(place: LatestValuePlace, last: number, waits: boolean): Steps<number[]> {
    const mailbox = new LatestValue(place);
    const into = new Uint8Array(place.capacity);
    const values: number[] = [];
    while (values.at(-1) !== last) {
      const bytes = yield* waits ? mailbox.take({ into }) : mailbox.tryTake();
      if (bytes === undefined) continue;
      const value = readMessage(bytes, place.capacity);
      values.push(value);
      if (value === -1) break;
    }
    return values;
  },

  /** Posts `rounds` rounds to all members and joins their replies; gives how often it found one missing. */
  *hostRounds(place: JoinPlace, rounds: number, posts: readonly LatestValuePlace[]): Steps<number> {
    const join = new Join(place);
    const boxes = posts.map((post) => new LatestValue(post));
    let missing = 0;
    for (let round = 1; round <= rounds; round++) {
      for (const [member, box] of boxes.entries()) {
        yield* join.reset(member);
        yield* box.put(message(round, box.place.capacity));
      }
      if (yield* join.begin(boxes.keys())) { while (!(yield* join.finish())); }
      for (const member of boxes.keys()) if (!(yield* join.arrived(member))) missing++;
    }
    return missing;
  },

  /** Answers each of `rounds` posts by an arrival; gives how often this woke the host. */
  *memberRounds(place: JoinPlace, member: number, rounds: number, post: LatestValuePlace): Steps<number> {
    const join = new Join(place);
    const box = new LatestValue(post);
    let wakes = 0;
    for (let round = 1; round <= rounds; round++) {
      const bytes = yield* box.take();
      if (bytes === undefined || readMessage(bytes, post.capacity) !== round) return -1;
      if (yield* join.arrive(member)) wakes++;
    }
    return wakes;
  },
};

/** A message whose length and bytes depend on its value, so that a mixture of two is seen. */
export function message(value: number, capacity: number): Uint8Array {
  const bytes = pattern(value, 4 + (value * 7) % (capacity - 3));
  new DataView(bytes.buffer).setInt32(0, value);
  return bytes;
}

/** The value of a message, or -1 if it is torn. */
export function readMessage(bytes: Uint8Array, capacity: number): number {
  const value = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0);
  const whole = message(value, capacity);
  return bytes.length === whole.length && bytes.every((byte, at) => byte === whole[at]) ? value : -1;
}
