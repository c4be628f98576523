/**
 * Jobs through one channel, results through another: workers compute Fibonacci numbers.
 *
 * - At the end, the feeder closes `jobs`, so that the workers' loops end; `channel-leak` shows what happens otherwise.
 * - Which worker takes which job depends on the schedule, but the sum does not: fib(1) + ... + fib(n) = fib(n + 2) - 1.
 * - In direct mode a task runs until it blocks: with a large buffer, one worker takes all jobs; with a rendezvous
 *   (`--capacity 0`), they are spread.
 */

import { channel } from "../mailbox/mod.ts";
import type { Steps } from "../memory/mod.ts";
import { type AnyProgram, defineProgram, type ParameterValues, type ProgramTask } from "../program/mod.ts";

/** The parameters of a program that uses these channels. */
export const fibParameters = {
  n: { default: 25, min: 1, max: 30, explored: 1, description: "the index of the last Fibonacci number, from 1" },
  workers: { default: 4, min: 1, max: 8, explored: 2, description: "how many workers take jobs" },
  capacity: { default: 50, max: 1000, description: "the capacity of a channel; 0 for a rendezvous" },
} as const;

type FibParameters = ParameterValues<typeof fibParameters>;
type FibChannels = ReturnType<typeof fibChannels>;

/** The program `fib-channel`. */
export const fibChannel: AnyProgram = defineProgram({
  name: "fib-channel",
  claim: "Every job is done exactly once, whichever worker takes it.",
  module: import.meta.url,
  parameters: fibParameters,
  shared: ({ parameters }) => fibChannels(parameters),
  *outcome(_channels, { results: [, fibs, ...took] }) {
    const numbers = fibs as number[];
    return {
      fibs: numbers.toSorted((a, b) => a - b),
      sum: numbers.reduce((sum, fib) => sum + fib),
      took: took as number[],
    };
  },
  tasks: ({ parameters }) => fibTasks(parameters, { closes: true }),
  independent: (outcome) => "failed" in outcome ? outcome : { fibs: outcome.fibs, sum: outcome.sum },
  expected: ({ parameters: { n, workers } }) => (outcome) => {
    if ("failed" in outcome) return false;
    const { fibs, sum, took } = outcome;
    return sum === fib(n + 2) - 1 && fibs.length === n && fibs.every((number, index) => number === fib(index + 1)) &&
      took.length === workers && took.reduce((all, jobs) => all + jobs) === n;
  },
});

/** The channels: one for the numbers to compute, one for the results. */
export function fibChannels({ capacity }: FibParameters) {
  return { jobs: channel<number>({ capacity }), results: channel<number>({ capacity }) };
}

/** A feeder, main, which takes the results, and the workers, which return how many jobs they did. */
export function fibTasks(
  { n, workers }: FibParameters,
  { closes }: { readonly closes: boolean },
): readonly ProgramTask<FibChannels>[] {
  return [
    {
      name: "feeder",
      *run({ jobs }) {
        for (let job = 1; job <= n; job++) yield* jobs.put(job);
        if (closes) yield* jobs.close();
      },
    },
    {
      name: "main",
      *run({ results }) {
        const fibs: number[] = [];
        while (fibs.length < n) fibs.push(yield* results.take());
        return fibs;
      },
    },
    ...Array.from({ length: workers }, (_, index): ProgramTask<FibChannels> => ({
      name: `worker${index}`,
      *run({ jobs, results }) {
        let took = 0;
        yield* jobs.forEach(function* (job): Steps<void> {
          took++;
          yield* results.put(fib(job));
        });
        return took;
      },
    })),
  ];
}

/** The n-th Fibonacci number, computed as inefficiently as it is defined, to make work. */
export function fib(n: number): number {
  return n <= 1 ? n : fib(n - 1) + fib(n - 2);
}
