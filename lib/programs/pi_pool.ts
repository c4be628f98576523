/**
 * Pi by a pool: many small tasks, each a range of samples, given to the workers in chunks.
 *
 * - The count is the same integer for any number of workers, any task size and any chunk size.
 * - A worker that dies loses its chunk: another worker counts the whole chunk again. Nothing is counted twice, because
 *   the answers of a chunk come together. `--deaths` demonstrates this in every mode but direct mode, whose guests
 *   cannot die separately.
 * - A message may carry several chunks: the pool sends more at once if calls are short.
 */

import { type AnyHostProgram, defineHostProgram, now, type ReportTable } from "../host/mod.ts";
import { Pool, type PoolStatistics } from "../pool/mod.ts";
import { ensure, sameData } from "../program/mod.ts";
import { countInside } from "../random/mod.ts";
import { piOf } from "./pi_queue.ts";
import { countedAgain, countPartOrExit, deathsOf, type MortalPart, piWork } from "./pi_work.ts";
import { draw, durationOf, timedAsync } from "./timed.ts";

/** The work of one guest. */
interface Share {
  readonly tasks: number;
  /** The time that it was busy, in milliseconds. */
  readonly busy: number;
}

/** The tasks to count. */
interface Tasks {
  readonly seed: number;
  readonly samples: number;
  /** The number of samples in each task except the last. */
  readonly size: number;
  readonly deaths: number;
}

/** The program `pi-pool`. */
export const piPool: AnyHostProgram = defineHostProgram({
  name: "pi-pool",
  claim: "A pool gets the same count with tasks and chunks of any size, even if workers die.",
  module: import.meta.url,
  functions: { countPartOrExit, deathsOf },
  parameters: {
    samples: { default: 10_000_000, min: 1, description: "how many points there are" },
    workers: { default: 2, min: 1, max: 64, description: "how many workers count" },
    task: { default: 100_000, min: 1, description: "the most samples in a task" },
    chunk: { default: 4, min: 1, description: "the most tasks given to a worker at once" },
    deaths: { default: 0, max: 16, description: "how many workers exit in the middle of a chunk; none in direct mode" },
  },
  async main({ mode, host, settings: { seed, parameters }, observe, progress, signal }) {
    const { samples, workers, task: size, chunk } = parameters;
    const tasks = Math.ceil(samples / size);
    const deaths = mode === "direct" ? 0 : Math.min(parameters.deaths, tasks);
    const opened = await timedAsync({ guest: "main", now }, () => {
      return Pool.open<typeof import("./pi_work.ts"), "deathsOf">({
        mode,
        module: piWork,
        workers,
        shared: { export: "deathsOf", argument: deaths },
        host,
      });
    });
    await using pool = draw(observe, opened, "start-up");
    // An error here is also thrown at the end of the pool's scope.
    signal.addEventListener("abort", () => void pool.terminate().catch(() => {}));

    const shares = new Map<string, Share>();
    const count = async () => {
      let [counted, inside] = [0, 0];
      const options = { chunkSize: chunk, ...countedAgain(deaths) };
      for await (const part of pool.map("countPartOrExit", tasksOf({ seed, samples, size, deaths }), options)) {
        inside += draw(observe, part);
        counted++;
        const { tasks: own, busy } = shares.get(part.guest) ?? { tasks: 0, busy: 0 };
        shares.set(part.guest, { tasks: own + 1, busy: busy + durationOf(part) });
        if (counted % chunk === 0) progress(`${counted} of ${tasks} tasks`);
      }
      ensure(counted === tasks, "each task is counted once");
      return inside;
    };
    const counting = await timedAsync({ guest: "main", now }, count);
    const inside = draw(observe, counting, "map");
    const times = { startUp: durationOf(opened), time: durationOf(counting) };
    return {
      outcome: piOf(inside, samples),
      tables: [traffic(pool.statistics(), { samples, tasks, ...times }), sharesOf(shares)],
    };
  },
  // If a task failed, its count is not checked.
  expected: ({ seed, parameters: { samples } }) => (outcome) => {
    return "inside" in outcome && sameData(outcome, piOf(countInside({ seed, from: 0, to: samples }), samples));
  },
});

/** The tasks, in order; the deaths are spread evenly among them. */
function* tasksOf({ seed, samples, size, deaths }: Tasks): Iterable<MortalPart> {
  const tasks = Math.ceil(samples / size);
  let death = 0;
  for (let task = 0; task < tasks; task++) {
    const from = task * size;
    const part = { seed, from, to: Math.min(from + size, samples) };
    if (death < deaths && task === Math.floor((death + 1) * tasks / (deaths + 1))) yield { ...part, death: death++ };
    else yield part;
  }
}

/** The table of messages and calls. */
function traffic(
  { calls, messages, started, workers }: PoolStatistics,
  { samples, tasks, startUp, time }: { samples: number; tasks: number; startUp: number; time: number },
): ReportTable {
  return {
    title: `${samples.toLocaleString("en")} samples, by ${workers} ${workers === 1 ? "worker" : "workers"}`,
    columns: ["tasks", "chunks", "messages", "deaths", "start-up ms", "time ms", "ns a sample"],
    rows: [[tasks, calls, messages, started - workers, startUp, time, time * 1e6 / samples]],
  };
}

/** The table of each guest's share. */
function sharesOf(shares: ReadonlyMap<string, Share>): ReportTable {
  const ordered = [...shares].toSorted(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
  return {
    title: "What each worker did",
    columns: ["worker", "tasks", "busy ms"],
    rows: ordered.map(([guest, { tasks, busy }]) => [guest, tasks, busy]),
  };
}
