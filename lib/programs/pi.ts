/**
 * Pi from random points in a circle, counted by one worker, and by several in parts: the benefit of several workers.
 *
 * - A sample depends only on the seed and its number, and counts are integers: any number of workers, in any mode, gets
 *   the same count.
 * - The parts are contiguous, including remainders: together they are exactly `--samples`.
 * - Only the counting is timed, by guests that have counted before; their startup is shown separately.
 */

import { type AnyHostProgram, defineHostProgram, type HostContext, now, type ReportTable } from "../host/mod.ts";
import { Pool } from "../pool/mod.ts";
import { ensure, sameData } from "../program/mod.ts";
import { circleKernels, countInside, type CountInsideOptions } from "../random/mod.ts";
import { partOf, piOf } from "./pi_queue.ts";
import { countedAgain, countPart, piWork } from "./pi_work.ts";
import { draw, durationOf, median, timedAsync } from "./timed.ts";

/** After this many calls, of this many samples, a kernel runs at full speed. */
const WARM_CALLS = 4;
const WARM_SAMPLES = 2 ** 20;

type CountingPool = Pool<{ countPart: typeof countPart }>;

/** The measurements with some number of workers. */
interface Measured {
  readonly workers: number;
  readonly inside: number;
  /** The time until the guests were ready, and the time for all samples, in milliseconds. */
  readonly startUp: number;
  readonly time: number;
}

/** What to measure. */
interface Measuring {
  readonly whole: Required<CountInsideOptions>;
  readonly repeat: number;
  readonly context: Pick<HostContext, "observe" | "signal">;
}

/** The program `pi`. */
export const pi: AnyHostProgram = defineHostProgram({
  name: "pi",
  claim: "Workers that each count part of the points in a circle get the same count as one worker, only sooner.",
  module: import.meta.url,
  functions: { countPart },
  parameters: {
    samples: { default: 10_000_000, min: 1, description: "how many points there are" },
    workers: { default: 2, min: 1, max: 64, description: "how many workers count" },
    kernel: {
      default: "simd",
      choices: circleKernels,
      description: "the implementation: WebAssembly, or the same in TypeScript",
    },
    repeat: { default: 5, min: 1, max: 1000, description: "how many times each is measured; the median is shown" },
  },
  async main({ mode, host, settings: { seed, parameters }, ...context }) {
    const { samples, workers, repeat } = parameters;
    const kernel = circleKernels.find((kernel) => kernel === parameters.kernel) ?? "simd";
    const whole = { seed, from: 0, to: samples, kernel };
    const measured: Measured[] = [];
    // The guests of one pool would be warm for the next, so all pools stay open.
    await using pools = new AsyncDisposableStack();
    for (const count of new Set([1, workers])) {
      context.progress(count === 1 ? "one worker counts" : `${count} workers count`);
      const name = count === 1 ? "alone" : "worker";
      const opened = await timedAsync({ guest: "main", now }, () => {
        return Pool.open<{ countPart: typeof countPart }>({ mode, module: piWork, workers: count, name, host });
      });
      const pool = pools.use(draw(context.observe, opened, "start-up"));
      measured.push({ ...await measure(pool, { whole, repeat, context }), startUp: durationOf(opened) });
    }
    const [inside = 0, ...others] = measured.map(({ inside }) => inside);
    ensure(others.every((other) => other === inside), "several workers come to the count of one");
    return { outcome: piOf(inside, samples), tables: [timesOf(measured, { mode, samples, kernel, repeat })] };
  },
  // If a task failed, its count is not checked.
  expected: ({ seed, parameters: { samples } }) => (outcome) => {
    return "inside" in outcome && sameData(outcome, piOf(countInside({ seed, from: 0, to: samples }), samples));
  },
});

/** Counts repeatedly, with all workers at once, after each of them has counted a little. */
async function measure(
  pool: CountingPool,
  { whole, repeat, context }: Measuring,
): Promise<Omit<Measured, "startUp">> {
  const { workers } = pool;
  const little = Array<CountInsideOptions>(workers).fill({ ...whole, to: Math.min(whole.to, WARM_SAMPLES) });
  for (let call = 0; call < WARM_CALLS; call++) {
    draw(context.observe, await timedAsync({ guest: "main", now }, () => count(pool, little, context)), "warm-up");
  }
  const parts = Array.from({ length: workers }, (_, index) => {
    return { ...whole, ...partOf(whole.to, { index, parts: workers }) };
  });
  const counts: number[] = [];
  const times: number[] = [];
  for (let round = 0; round < repeat; round++) {
    const counted = await timedAsync({ guest: "main", now }, () => count(pool, parts, context));
    counts.push(draw(context.observe, counted, "count"));
    times.push(durationOf(counted));
  }
  const [inside = 0, ...others] = counts;
  ensure(others.every((other) => other === inside), "each time comes to the same count");
  return { workers, inside, time: median(times) };
}

/** Has each worker count its part. */
async function count(
  pool: CountingPool,
  parts: readonly CountInsideOptions[],
  { signal, observe }: Measuring["context"],
): Promise<number> {
  const counted = await Promise.all(
    parts.map((part, guest) => pool.run("countPart", part, { guest, signal, ...countedAgain(0) })),
  );
  return counted.reduce((inside, part) => inside + draw(observe, part), 0);
}

/** The table of times; `at most` is the best possible efficiency. */
function timesOf(
  measured: readonly Measured[],
  { mode, samples, kernel, repeat }: { mode: string; samples: number; kernel: string; repeat: number },
): ReportTable {
  const cores = mode === "direct" ? 1 : navigator.hardwareConcurrency;
  const where = mode === "direct" ? "the caller's one core" : `${cores} ${cores === 1 ? "core" : "cores"}`;
  const alone = measured[0]?.time ?? NaN;
  return {
    title: `${samples.toLocaleString("en")} samples by ${kernel} on ${where}, median of ${repeat}`,
    columns: ["workers", "start-up ms", "time ms", "ns a sample", "speed-up", "efficiency", "at most"],
    rows: measured.map(({ workers, startUp, time }) => {
      const speedUp = alone / time;
      const limit = Math.min(1, cores / workers);
      return [workers, startUp, time, time * 1e6 / samples, speedUp, speedUp / workers, limit];
    }),
  };
}
