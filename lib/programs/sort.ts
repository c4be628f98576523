/**
 * Two arrays are sorted by the caller, by two workers at once, and by two workers one after another. For comparison,
 * workers are also started to do nothing: the times of the first three alone mostly compare startup costs.
 *
 * - All ways produce the same arrays, which are sorted and have the original contents.
 * - If the host is `fresh`, workers are new for each repetition, like threads created for it; the times of warm ones are
 *   listed below.
 * - Typed arrays are moved there and back; arrays of numbers are copied.
 */

import { after, type AnyHostProgram, defineHostProgram, type HostContext, now, type ReportTable } from "../host/mod.ts";
import { Pool } from "../pool/mod.ts";
import { ensure, sameData } from "../program/mod.ts";
import { randomStream } from "../random/mod.ts";
import { sorted, sortValues, sortWork, type Values } from "./sort_work.ts";
import { draw, durationOf, median, timedAsync } from "./timed.ts";

const KINDS = ["numbers", "typed"];
/** After this many milliseconds, measuring is not repeated. */
const LONG_ENOUGH = 4000;

type SortingPool = Pool<{ sortValues: typeof sortValues }>;
type Two = readonly [Values, Values];

/** A way to sort two arrays, or to do nothing instead. */
interface Way {
  readonly name: string;
  /** Sorts copies of the arrays; resolves with them, or with nothing. */
  sort(copies: Two): Promise<Two | undefined>;
}

/** Where workers come from: fresh ones, and two warm ones. */
interface Workers {
  /** Starts a number of workers. */
  open(workers: number): Promise<SortingPool>;
  readonly warm: SortingPool;
  readonly observe: HostContext["observe"];
}

/** The program `sort`. */
export const sort: AnyHostProgram = defineHostProgram({
  name: "sort",
  claim: "However two arrays are sorted, the result is the same; the times differ mostly by the start of workers.",
  module: import.meta.url,
  functions: { sortValues },
  parameters: {
    length: { default: 1000, min: 1, max: 10_000_000, description: "the length of each of the two arrays" },
    kind: {
      default: "numbers",
      choices: KINDS,
      description: "arrays of numbers, which are copied, or typed arrays, which are moved",
    },
    repeat: {
      default: 5,
      min: 1,
      max: 1000,
      description: "how many times each way is measured; fewer after 4 s",
    },
  },
  // Workers that were already running would hide the cost of starting some.
  needs: () => ({ fresh: true }),
  async main({ mode, host, settings: { seed, parameters }, observe, progress, signal }) {
    const { length, kind, repeat } = parameters;
    const a = valuesOf(seed, { from: 0, length, kind });
    const b = valuesOf(seed, { from: length, length, kind });
    const open = (name: string, workers: number): Promise<SortingPool> => {
      return Pool.open<{ sortValues: typeof sortValues }>({ mode, module: sortWork, name, workers, host });
    };
    await using warm = await open("warm", 2);
    const ways = waysOf({ open: (workers) => open("worker", workers), warm, observe });

    const wanted: Two = [a.slice(), b.slice()];
    for (const values of wanted) {
      await turn(signal);
      ensure(isSorted(sorted(values)), "plain sorting sorts");
    }
    const times = ways.map((): number[] => []);
    const begun = now();
    let round = 0;
    do {
      // In turn, so that a temporary slowdown of the machine affects all of them.
      for (const [way, { name, sort }] of ways.entries()) {
        await turn(signal);
        progress(`${name}, ${round + 1} of ${repeat}`);
        const copies: Two = [a.slice(), b.slice()];
        const done = await timedAsync({ guest: "main", now }, () => sort(copies));
        // Plain sorting is done by main itself.
        const two = draw(observe, done, way === 0 ? "running" : name);
        ensure(two === undefined || two.every((one, at) => same(one, wanted[at] ?? [])), `${name}: sorted and equal`);
        times[way]?.push(durationOf(done));
      }
      round++;
    } while (round < repeat && now() - begun < LONG_ENOUGH);
    return {
      outcome: { sorted: true, equal: true, a: extremesOf(wanted[0]), b: extremesOf(wanted[1]) },
      tables: [timesOf(ways.map(({ name }, way) => [name, times[way] ?? []]), { length, kind, round })],
    };
  },
  // If a task failed, its result is not checked.
  expected: ({ seed, parameters: { length, kind } }) => (outcome) => {
    const extremes = (from: number) => extremesOf(sorted(valuesOf(seed, { from, length, kind })));
    return "sorted" in outcome && sameData(outcome, { sorted: true, equal: true, a: extremes(0), b: extremes(length) });
  },
});

/** Gives the event loop a turn, in which the run may time out; plain sorting gives it none. */
async function turn(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => void after(0, resolve));
  signal.throwIfAborted();
}

/** All ways, the plain one first. */
function waysOf({ open, warm, observe }: Workers): readonly Way[] {
  const by = async (pool: SortingPool, values: Values, guest: number): Promise<Values> => {
    const transfer = Array.isArray(values) ? [] : [values.buffer];
    return draw(observe, await pool.run("sortValues", values, { guest, transfer }));
  };
  const bothBy = (pool: SortingPool, [a, b]: Two): Promise<Two> => Promise.all([by(pool, a, 0), by(pool, b, 1)]);
  const oneBy = async (values: Values): Promise<Values> => {
    await using pool = await open(1);
    return await by(pool, values, 0);
  };
  return [
    { name: "plain", sort: ([a, b]) => Promise.resolve([sorted(a), sorted(b)]) },
    {
      name: "two workers at once",
      async sort(two) {
        await using pool = await open(2);
        return await bothBy(pool, two);
      },
    },
    { name: "two workers one after another", sort: async ([a, b]) => [await oneBy(a), await oneBy(b)] },
    {
      name: "two workers that do nothing",
      async sort() {
        await using _pool = await open(2);
        return undefined;
      },
    },
    { name: "two warm workers at once", sort: (two) => bothBy(warm, two) },
    {
      name: "two warm workers one after another",
      sort: async ([a, b]) => [await by(warm, a, 0), await by(warm, b, 1)],
    },
  ];
}

/** Random values, from a part of the seed's stream. */
function valuesOf(
  seed: number,
  { from, length, kind }: { readonly from: number; readonly length: number; readonly kind: string },
): Values {
  const { word } = randomStream(seed);
  const values = Float64Array.from({ length }, (_, index) => word(from + index));
  return kind === "typed" ? values : [...values];
}

function isSorted(values: Values): boolean {
  return values.every((value: number, index: number) => index === 0 || (values[index - 1] ?? NaN) <= value);
}

function same(one: Values, other: Values): boolean {
  return one.length === other.length && one.every((value: number, index: number) => value === other[index]);
}

/** What is reported about sorted values. */
interface Extremes {
  readonly least: number;
  readonly middle: number;
  readonly greatest: number;
}

function extremesOf(values: Values): Extremes {
  const [least = NaN, middle = NaN, greatest = NaN] = [0, values.length >> 1, values.length - 1].map((at) =>
    values[at]
  );
  return { least, middle, greatest };
}

/** The table: medians, and how many plain sorts would fit into each. */
function timesOf(
  ways: readonly (readonly [name: string, times: readonly number[]])[],
  { length, kind, round }: { readonly length: number; readonly kind: string; readonly round: number },
): ReportTable {
  const plain = median(ways[0]?.[1] ?? []);
  const what = kind === "typed" ? "typed arrays, moved" : "arrays of numbers, copied";
  return {
    title: `Two ${what}, of ${length.toLocaleString("en")} each, median of ${round}`,
    columns: ["sorted by", "time ms", "times plain"],
    rows: ways.map(([name, times]) => [name, median(times), median(times) / plain]),
  };
}
