/**
 * Pi by a queue of points and a queue of results, as in a notebook's first version: a variant for each of four bugs,
 * and one without.
 *
 * - `a`: a reader reports after its loop, so it reports only its last point.
 * - `b`: it sums its points and reports the sum after its loop. A reader that gets DONE first has no sum, and fails
 *   with a reference error. The notebook's main, which joined it, never saw the error; here, a failed task is an
 *   outcome.
 * - `c`: main returns the number of points inside instead of pi.
 * - `d`: main joins the readers before it takes their results. Once the queue is full, the readers wait for room, and
 *   main waits for the readers.
 * - `fixed`: each point has a result, which is taken before joining; four times the share inside is pi.
 */

import { queue } from "../mailbox/mod.ts";
import { type AnyProgram, defineProgram, ensure, type Failed, type ProgramTask } from "../program/mod.ts";
import { countInside, isInside, type Point, pointOf, randomStream } from "../random/mod.ts";
import { latch } from "../sync/mod.ts";
import { piOf } from "./pi_queue.ts";

/** A reader's count for some points. */
interface Result {
  readonly points: number;
  readonly inside: number;
}

const DONE = "DONE" as const;
const ALL = "each point has a result";
const PI = "the answer is four times the share of the points inside";

function things({ readers, maxsize }: { readonly readers: number; readonly maxsize: number }) {
  return { points: queue<Point | typeof DONE>(), results: queue<Result>({ maxsize }), left: latch(readers) };
}

type Task = ProgramTask<ReturnType<typeof things>>;

/** The settings of the tasks. */
interface Setting {
  readonly variant: string;
  readonly seed: number;
  readonly points: number;
  readonly readers: number;
}

/** The program `pi-queue-broken`. */
export const piQueueBroken: AnyProgram = defineProgram({
  name: "pi-queue-broken",
  claim: "Pi by a queue of points goes wrong in four ways; taking a result for each point before joining is right.",
  module: import.meta.url,
  variants: ["a", "b", "c", "d", "fixed"],
  specimens: ["a", "b", "c", "d"],
  parameters: {
    points: { default: 100, min: 1, max: 100_000, explored: 2, description: "how many points there are" },
    readers: { default: 2, min: 1, max: 8, description: "how many readers check points" },
    maxsize: {
      default: 10,
      min: 1,
      max: 1000,
      explored: 1,
      description: "how many results the queue holds, in variants d and fixed",
    },
  },
  shared: ({ variant, parameters: { readers, maxsize } }) =>
    things({ readers, maxsize: variant === "d" || variant === "fixed" ? maxsize : 0 }),
  *outcome(_shared, { results: [answer] }) {
    return { pi: answer as number };
  },
  tasks({ variant, seed, parameters: { points, readers } }) {
    const setting = { variant, seed, points, readers };
    return [main(setting), ...Array.from({ length: readers }, (_, index) => reader(index, setting))];
  },
  expected: ({ variant, seed, parameters: { points, readers, maxsize } }) => {
    const inside = countInside({ seed, from: 0, to: points });
    const { pi } = piOf(inside, points);
    switch (variant) {
      case "a":
        // A reader reports at most one point.
        return [...points <= readers ? [{ pi }] : [], ...points > 1 ? [failureOf(ALL)] : []];
      case "b":
        return (outcome) => {
          if (!("failed" in outcome)) return outcome.pi === pi;
          const { failed } = outcome;
          return failed.length < readers && failed.every(({ error }) => error === "ReferenceError");
        };
      case "c":
        return [inside === pi ? { pi } : failureOf(PI)];
      case "d":
        if (points <= maxsize) return [{ pi }];
        return (outcome) => "failed" in outcome && outcome.failed.every(({ error }) => error === "DeadlockError");
      default:
        return [{ pi }];
    }
  },
});

function failureOf(claim: string): Failed {
  const message = `Assertion failed: ${claim}`;
  return { failed: [{ task: "main", error: "AssertionError", message }] };
}

/** Puts the points, then one DONE for each reader; then collects the results. */
function main({ variant, seed, points, readers }: Setting): Task {
  return {
    name: "main",
    *run(shared) {
      const { word } = randomStream(seed);
      const written = Array.from({ length: points }, (_, point) => pointOf(word(point)));
      yield* shared.points.putAll([...written, ...Array.from({ length: readers }, () => DONE)]);
      const found: Result[] = [];
      if (variant === "fixed") {
        while (found.length < points) found.push(yield* shared.results.get());
        yield* shared.left.wait();
      } else {
        yield* shared.left.wait();
        for (let taken; (taken = yield* shared.results.tryGet()) !== undefined;) found.push(taken.value);
      }
      ensure(found.reduce((sum, result) => sum + result.points, 0) === points, ALL);
      const inside = found.reduce((sum, result) => sum + result.inside, 0);
      const { pi } = piOf(inside, points);
      const answer = variant === "c" ? inside : pi;
      ensure(answer === pi, PI);
      return answer;
    },
  };
}

function reader(index: number, { variant }: Setting): Task {
  return {
    name: `reader${index}`,
    *run(shared) {
      // In variants a and b, what is reported after the loop.
      let late: Result | undefined;
      for (;;) {
        const point = yield* shared.points.get();
        if (point === DONE) break;
        const inside = isInside(point) ? 1 : 0;
        if (variant === "a") late = { points: 1, inside };
        else if (variant === "b") late = { points: (late?.points ?? 0) + 1, inside: (late?.inside ?? 0) + inside };
        else yield* shared.results.put({ points: 1, inside });
      }
      if (late !== undefined) yield* shared.results.put(late);
      // A reader that fails is joined like any other.
      yield* shared.left.countDown();
      if (variant === "b" && late === undefined) {
        throw new ReferenceError("Cannot report the sum: it is not defined, a point before DONE is wanted");
      }
    },
  };
}
