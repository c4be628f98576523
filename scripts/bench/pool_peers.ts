/**
 * Measures the cost of an empty task of a pool, compared with pools from npm; each figure has its window, the number of
 * tasks in flight.
 */

import { type AddingPool, peers, type PoolMaker } from "./peer_pools.ts";
import type { Sum } from "./peer_task.ts";
import { compare, type Figure, type Measure, median, type Table } from "./statistics.ts";

/** The options of the measurements. */
export interface PoolOptions {
  /** How often each row is measured. */
  readonly rounds: number;
  /** The rows above the peers, measured in the same rounds. */
  readonly makers?: readonly PoolMaker[];
}

type Guests = PoolMaker["guests"];

const WINDOW = 10_000;
/** Milliseconds of a round, not counting the tasks that are left at its end. */
const DURATION = 500;
/** Warm-up rounds, until the engine has compiled both sides. */
const WARMUPS = 2;
/** Tasks before a round of latencies, which wake the workers. */
const RUN_IN = 50;

/** Thousands of tasks per second with {@linkcode WINDOW} in flight. */
export async function poolRates(guests: Guests, { rounds, makers = [] }: PoolOptions): Promise<Table> {
  const figures = await whileOpen(guests, makers, (pools) =>
    compare(
      byName(pools, (pool) => flood(pool, { window: WINDOW, duration: DURATION })),
      { rounds, warmups: WARMUPS },
    ));
  return { title: `Tasks of a pool of two ${guests}, ${WINDOW} in flight`, unit: "thousand/s", figures };
}

/** Microseconds from a task to its result with one in flight, as the median of a round. */
export async function poolLatencies(guests: Guests, { rounds, makers = [] }: PoolOptions): Promise<Table> {
  const figures = await whileOpen(guests, makers, (pools) =>
    compare(
      byName(pools, async (pool) => {
        await oneByOne(pool, RUN_IN);
        return 1000 * median(await oneByOne(pool, 1000));
      }),
      { rounds, warmups: WARMUPS },
    ));
  return { title: `A task of a pool of two ${guests}, 1 in flight`, unit: "us", figures };
}

/** Milliseconds from making a pool of two workers to its first result, with a task for each worker. */
export async function poolStarts(guests: Guests, { rounds, makers = [] }: PoolOptions): Promise<Table> {
  const figures = await compare(
    Object.fromEntries(rows(guests, makers).map((maker) => [rowOf(maker), () => firstResult(maker)])),
    { rounds },
  );
  return { title: `Start to the first result of a pool of two ${guests}, 2 in flight`, unit: "ms", figures };
}

/**
 * Keeps a window of tasks in flight for that many milliseconds, waits for the last one, checks the answers, and returns
 * the tasks per millisecond. A round is limited by time, because pools differ too much for a fixed number of tasks.
 */
async function flood(pool: AddingPool, { window, duration }: { window: number; duration: number }): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const started = performance.now();
  let submitted = 0;
  let answered = 0;
  let total = 0;
  const put = () => {
    const id = submitted++;
    pool.run({ id, x: id, y: 1 }).then(({ sum }) => {
      total += sum;
      answered++;
      if (performance.now() - started < duration) put();
      else if (answered === submitted) resolve();
    }, reject);
  };
  while (submitted < window) put();
  await promise;
  const took = performance.now() - started;
  const wanted = submitted * (submitted + 1) / 2;
  if (total !== wanted) throw new Error(`Cannot measure a pool: its sums give ${total}, ${wanted} is wanted`);
  return submitted / took;
}

async function oneByOne(pool: AddingPool, tasks: number): Promise<number[]> {
  const taken: number[] = [];
  for (let id = 0; id < tasks; id++) {
    const started = performance.now();
    await pool.run({ id, x: id, y: 1 });
    taken.push(performance.now() - started);
  }
  return taken;
}

async function firstResult({ open }: PoolMaker): Promise<number> {
  const started = performance.now();
  const pool = await open();
  const results = firstTasks(pool);
  await Promise.race(results);
  const took = performance.now() - started;
  await Promise.all(results);
  await pool.close();
  return took;
}

/** One task for each worker; some peers accept no more before these are answered. */
function firstTasks(pool: AddingPool): PromiseLike<Sum>[] {
  return [0, 1].map((id) => pool.run({ id, x: id, y: 1 }));
}

/** Opens all pools of a kind, and closes them however the work ends. */
async function whileOpen(
  guests: Guests,
  makers: readonly PoolMaker[],
  work: (pools: ReadonlyMap<string, AddingPool>) => Promise<Figure[]>,
): Promise<Figure[]> {
  const pools = new Map<string, AddingPool>();
  try {
    for (const maker of rows(guests, makers)) pools.set(rowOf(maker), await maker.open());
    for (const pool of pools.values()) await Promise.all(firstTasks(pool));
    return await work(pools);
  } finally {
    await Promise.all([...pools.values()].map((pool) => pool.close()));
  }
}

function rows(guests: Guests, makers: readonly PoolMaker[]): PoolMaker[] {
  return [...makers, ...peers].filter((maker) => maker.guests === guests);
}

function rowOf({ name, guests }: PoolMaker): string {
  return `${name}, ${guests}`;
}

function byName(
  pools: ReadonlyMap<string, AddingPool>,
  measure: (pool: AddingPool) => Promise<number>,
): Record<string, Measure> {
  return Object.fromEntries([...pools].map(([name, pool]) => [name, () => measure(pool)]));
}
