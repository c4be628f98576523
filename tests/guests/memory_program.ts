/**
 * A program that performs every operation, and tells each answer.
 *
 * @module
 */

import {
  add,
  choose,
  compareExchange,
  exchange,
  load,
  notify,
  now,
  read,
  sleep,
  type Steps,
  store,
  wait,
  write,
} from "../../lib/memory/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";
import { semaphore, type Shareable } from "../../lib/sync/mod.ts";

/** Where raw memory lies. */
interface Place {
  readonly name: string;
  readonly word: number;
  readonly gate: number;
  readonly long: number;
  readonly float: number;
  readonly offset: number;
}

function raw(): Shareable<Place> {
  return {
    kind: "raw",
    reserve(space, name) {
      const place = {
        name,
        word: space.word(`${name}.word`),
        gate: space.word(`${name}.gate`),
        long: space.cells(`${name}.long`, 1, "i64"),
        float: space.cells(`${name}.float`, 1, "f64"),
        offset: space.bytes(`${name}.bytes`, 16).offset,
      };
      return () => place;
    },
  };
}

function* tryIt(steps: Steps<unknown>): Steps<unknown> {
  try {
    return yield* steps;
  } catch (error) {
    return (error as Error).name;
  }
}

export const everyOperation = defineProgram({
  name: "every operation",
  claim: "Memory answers alike everywhere.",
  module: import.meta.url,
  shared: (_settings) => ({ raw: raw(), begun: semaphore(0) }),
  *outcome(_shared, { results }) {
    return results;
  },
  tasks: (_settings) => [
    {
      name: "performer",
      *run({ raw: { word, gate, long, float, offset }, begun }) {
        const answers: unknown[] = [];
        const started = yield* now();
        for (const order of ["atomic", "plain"] as const) {
          answers.push(
            yield* store(word, -5, { order }),
            yield* add(word, 2 ** 31, { order }),
            yield* exchange(word, 7, { order }),
            yield* compareExchange(word, { expected: 7, replacement: 8, order }),
            yield* compareExchange(word, { expected: 7, replacement: 9, order }),
            yield* load(word, { order }),
            yield* store(long, 1n << 62n, { cell: "i64", order }),
            yield* add(long, 1n << 63n, { cell: "i64", order }),
            yield* load(long, { cell: "i64", order }),
            yield* store(float, -0, { cell: "f64", order }),
            Object.is(yield* load(float, { cell: "f64", order }), -0),
            yield* compareExchange(float, { expected: -0, replacement: NaN, cell: "f64", order }),
            yield* exchange(float, 0.1, { cell: "f64", order }),
            yield* add(float, 0.2, { cell: "f64", order }),
            yield* load(float, { cell: "f64", order }),
          );
        }
        const into = new Uint8Array(6);
        answers.push(
          yield* write(offset, Uint8Array.of(1, 2, 3)),
          [...yield* read(offset, 4)],
          [...yield* read(offset, 4, { into })],
          [...into],
          yield* tryIt(read(offset, 4, { into: new Uint8Array(3) })),
          yield* tryIt(load(-1)),
          yield* tryIt(load(long + 1, { cell: "i64" })),
          yield* tryIt(choose(0)),
          yield* choose(1),
          yield* wait(word, 9),
          yield* wait(word, 8, { deadline: started }),
          yield* wait(word, 8, { deadline: (yield* now()) + 5 }),
          yield* notify(word),
          yield* sleep(started + 20),
          (yield* now()) >= started + 20,
        );
        yield* begun.release();
        while ((yield* load(gate)) === 0) yield* wait(gate, 0);
        return answers;
      },
    },
    {
      name: "opener",
      *run({ raw: { gate }, begun }) {
        yield* begun.acquire();
        yield* store(gate, 1);
        yield* notify(gate);
      },
    },
  ],
  expected: () => () => true,
});
