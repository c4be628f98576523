/**
 * Pi from random points in a circle: workers count their parts of the samples, and send their counts through a queue.
 *
 * - A sample depends only on the seed and its number, so the count is the same integer for any number of workers, any
 *   chunk size and any schedule.
 * - The parts are contiguous, including remainders: together they are exactly `--samples`.
 * - Main takes the results before it joins the workers. If it joined first, it could wait for workers that wait for
 *   room in the queue; see `pi-queue-broken`.
 */

import { queue } from "../mailbox/mod.ts";
import { type AnyProgram, defineProgram, ensure, type ProgramTask, sameData } from "../program/mod.ts";
import { countInside } from "../random/mod.ts";
import { latch } from "../sync/mod.ts";

/** A worker's count for some samples. */
interface Counted {
  readonly samples: number;
  readonly inside: number;
}

/** The most counts that wait for main to take one. */
const ROOM = 16;

function things(workers: number) {
  return { counts: queue<Counted>({ maxsize: ROOM }), left: latch(workers) };
}

type Task = ProgramTask<ReturnType<typeof things>>;

/** The work, and the number of workers. */
interface Work {
  readonly seed: number;
  readonly samples: number;
  readonly workers: number;
  readonly chunk: number;
}

/** The program `pi-queue`. */
export const piQueue: AnyProgram = defineProgram({
  name: "pi-queue",
  claim: "Workers that send partial counts through a queue get the same count, however the samples are split.",
  module: import.meta.url,
  parameters: {
    samples: { default: 1_000_000, min: 1, explored: 4, description: "how many points there are" },
    workers: { default: 2, min: 1, max: 8, explored: 2, description: "how many workers count" },
    chunk: { default: 100_000, min: 1, explored: 1, description: "the most samples in a message" },
  },
  shared: ({ parameters }) => things(parameters.workers),
  *outcome(_shared, { results: [inside], settings }) {
    return piOf(inside as number, settings.parameters.samples);
  },
  tasks: ({ seed, parameters }) => [
    main(parameters.samples),
    ...Array.from({ length: parameters.workers }, (_, index) => worker(index, { seed, ...parameters })),
  ],
  // If a task failed, its count is not checked.
  expected: ({ seed, parameters: { samples } }) => (outcome) => {
    return "inside" in outcome && sameData(outcome, piOf(countInside({ seed, from: 0, to: samples }), samples));
  },
});

function main(samples: number): Task {
  return {
    name: "main",
    *run({ counts, left }) {
      let [counted, inside] = [0, 0];
      while (counted < samples) {
        const count = yield* counts.get();
        counted += count.samples;
        inside += count.inside;
      }
      yield* left.wait();
      ensure(counted === samples, "each sample is counted once");
      return inside;
    },
  };
}

function worker(index: number, { seed, samples, workers, chunk }: Work): Task {
  return {
    name: `worker${index}`,
    *run({ counts, left }) {
      const { from, to } = partOf(samples, { index, parts: workers });
      for (let start = from; start < to; start += chunk) {
        const end = Math.min(start + chunk, to);
        yield* counts.put({ samples: end - start, inside: countInside({ seed, from: start, to: end }) });
      }
      yield* left.countDown();
    },
  };
}

/** The number of samples inside, and the resulting estimate of pi. */
export function piOf(inside: number, samples: number): { readonly inside: number; readonly pi: number } {
  return { inside, pi: 4 * inside / samples };
}

/** One of `parts` contiguous parts of the samples; if they cannot be equal, the first ones have one more. */
export function partOf(
  samples: number,
  { index, parts }: { readonly index: number; readonly parts: number },
): { readonly from: number; readonly to: number } {
  const more = samples % parts;
  const least = (samples - more) / parts;
  const from = index * least + Math.min(index, more);
  return { from, to: from + least + (index < more ? 1 : 0) };
}
