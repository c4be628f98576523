/**
 * The tasks of the memory contract, by name: the same code runs in the model and in real workers.
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

/** A task by name, with its cloneable arguments. */
export type TaskCall = {
  [K in keyof typeof tasks]: { task: K; args: Parameters<typeof tasks[K]> };
}[keyof typeof tasks];

/** The steps of a task. */
export function stepsOf({ task, args }: TaskCall): Steps<unknown> {
  // A call pairs a name with that task's arguments.
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
  *takeTurns(turn: number, parity: number, rounds: number, polls = false): Steps<void> {
    for (let round = parity; round < 2 * rounds; round += 2) {
      for (let seen = yield* load(turn); seen !== round; seen = yield* load(turn)) yield* wait(turn, seen, { polls });
      yield* store(turn, round + 1);
      if (!polls) yield* notify(turn);
    }
  },

  /** Passes a gate once it is open, and counts that. */
  *passGate(gate: number, passed: number): Steps<void> {
    while ((yield* load(gate)) === 0) yield* wait(gate, 0);
    yield* add(passed, 1);
  },

  /** Opens a gate for all. */
  *openGate(gate: number): Steps<number> {
    yield* store(gate, 1);
    return yield* notify(gate);
  },

  /** Stores 1 to one word, then loads the other. */
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

  /** Waits for a word to become nonzero, with a deadline; returns all answers of the waits. */
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
};
