/**
 * A random experiment on a system, as plain data: its inputs, the timing of its delegation, and its duration.
 *
 * - Every input shows row 0 first, and the next row after each event of `driven`; the last row stays.
 * - The run ends `periods + rest` periods after the delegation's offset; if `rest` is 0, at an event.
 * - By default scalars and vectors take any float64 (NaN, infinities and -0 included); abstract inputs need an
 *   arbitrary.
 */

import { checkedTiming, type Ports, type PortType, type Timing } from "../diagram/mod.ts";
import type { Arbitrary, FastCheck } from "./fast_check.ts";

export interface Experiment {
  /** When the system releases, samples and posts. */
  readonly delegated: Timing;
  /** When its inputs change. */
  readonly driven: Timing;
  /** The values of each input. */
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
  /** The number of whole periods of the run after the offset. */
  readonly periods: number;
  /** The fraction of a further period. */
  readonly rest: number;
  /** The fraction of each period at which short advances stop, in addition to its event. */
  readonly cut: number;
}

/** Options for the random experiments. */
export interface ExperimentOptions {
  /** The fast-check module. */
  readonly fc: FastCheck;
  /** Arbitraries for inputs, by name; any numbers by default. An abstract input needs one. */
  readonly inputs?: Readonly<Record<string, Arbitrary<unknown>>>;
  /** Arbitrary for the seconds between two events; by default 0.1, 0.25, 1/30, 0.01 or 0.3. */
  readonly periods?: Arbitrary<number>;
  /** Arbitrary for the time of the first event in seconds; by default 0, 0.1, 1/30, 0.25 or 0.05. */
  readonly offsets?: Arbitrary<number>;
  /** The largest number of whole periods in a run, 12 by default. */
  readonly steps?: number;
}

const PERIODS = [0.1, 0.25, 1 / 30, 0.01, 0.3];
const OFFSETS = [0, 0.1, 1 / 30, 0.25, 0.05];

/**
 * Makes experiments on a system with these inputs.
 *
 * @throws {TypeError} if an abstract input has no arbitrary, or an arbitrary belongs to no input.
 * @throws {RangeError} if `steps` is not a positive integer.
 */
export function experiments(inputs: Ports, options: ExperimentOptions): Arbitrary<Experiment> {
  const { fc, inputs: given = {}, steps = 12 } = options;
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new RangeError(`Cannot run experiments of ${steps} steps: an integer of at least 1 is wanted`);
  }
  for (const input of Object.keys(given)) {
    if (Object.hasOwn(inputs, input)) continue;
    const names = Object.keys(inputs).join(", ") || "it has none";
    throw new TypeError(`Cannot drive input ${input}: there is no such input, one of (${names}) is wanted`);
  }
  const rows: Record<string, Arbitrary<unknown>> = {};
  for (const [input, type] of Object.entries(inputs)) {
    const value = Object.hasOwn(given, input) ? given[input] : undefined;
    rows[input] = fc.array(value ?? anyValue(input, type, fc), { minLength: 1, maxLength: steps + 1 });
  }
  const periods = options.periods ?? fc.constantFrom(...PERIODS);
  const offsets = options.offsets ?? fc.constantFrom(...OFFSETS);
  const timing = fc.record({ period: periods, offset: offsets }).map((timing) => {
    const { period, offset } = timing as unknown as Timing;
    return checkedTiming("a delegation", period, offset);
  });
  const experiment = fc.record({
    delegated: timing,
    driven: timing,
    rows: fc.record(rows),
    periods: fc.integer({ min: 0, max: steps }),
    rest: fc.constantFrom(0, 0.5, 0.1),
    cut: fc.constantFrom(0.5, 0.2, 0.9),
  });
  return experiment as Arbitrary<unknown> as Arbitrary<Experiment>;
}

/** The simulated time at which the run ends, in seconds. */
export function endOf({ delegated, periods, rest }: Experiment): number {
  return delegated.offset + (periods + rest) * delegated.period;
}

/** The times at which short advances stop: each event of the delegation, once within each period, and the end. */
export function stopsOf(experiment: Experiment): number[] {
  const { delegated: { period, offset }, periods, cut } = experiment;
  const end = endOf(experiment);
  const stops = Array.from({ length: periods + 1 }, (_, k) => [offset + k * period, offset + (k + cut) * period]);
  return [...stops.flat().filter((stop) => stop < end), end];
}

/** The values of all inputs after that many events of `driven`. */
export function valuesAt({ rows }: Experiment, events: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rows).map(([input, values]) => {
      return [input, values[Math.min(events, values.length - 1)]];
    }),
  );
}

function anyValue(input: string, type: PortType, fc: FastCheck): Arbitrary<unknown> {
  switch (type.kind) {
    case "scalar":
      return anyNumber(fc);
    case "vector":
      return fc.array(anyNumber(fc), { minLength: type.size, maxLength: type.size });
    case "abstract":
      throw new TypeError(
        `Cannot drive input ${input}: it is abstract and has no arbitrary, one in the option inputs.${input} is wanted`,
      );
  }
}

/** Any float64; values that are easily lost in transit are frequent. */
function anyNumber(fc: FastCheck): Arbitrary<number> {
  return fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity));
}
