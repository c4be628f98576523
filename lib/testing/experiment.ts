/**
 * A random experiment on a system, as plain data: what drives it, when it is delegated, and how long.
 *
 * - Every input shows row 0 at first, and the next row after each event of `driven`, the last one for ever.
 * - The run ends `periods + rest` periods after the delegation's offset: on an event where `rest` is 0.
 * - Scalars and vectors get any float64 by default (NaN, infinities and -0 too); abstract inputs want an arbitrary.
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
  /** How many whole periods the run has after the offset. */
  readonly periods: number;
  /** How much of a further period it has. */
  readonly rest: number;
  /** Where many short advances stop within each period, besides at its event. */
  readonly cut: number;
}

/** What experiments are made of. */
export interface ExperimentOptions {
  /** fast-check. */
  readonly fc: FastCheck;
  /** The values of each input; any numbers by default, an abstract input wants one. */
  readonly inputs?: Readonly<Record<string, Arbitrary<unknown>>>;
  /** Seconds between two events: 0.1, 0.25, 1/30, 0.01 or 0.3 by default. */
  readonly periods?: Arbitrary<number>;
  /** Seconds before the first event: 0, 0.1, 1/30, 0.25 or 0.05 by default. */
  readonly offsets?: Arbitrary<number>;
  /** The greatest number of whole periods, 12 by default. */
  readonly steps?: number;
}

const PERIODS = [0.1, 0.25, 1 / 30, 0.01, 0.3];
const OFFSETS = [0, 0.1, 1 / 30, 0.25, 0.05];

/**
 * Makes experiments on a system with these inputs.
 *
 * @throws {TypeError} where an abstract input has no arbitrary, or an arbitrary no input.
 * @throws {RangeError} where `steps` is no positive integer.
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

/** When the run ends, in seconds. */
export function endOf({ delegated, periods, rest }: Experiment): number {
  return delegated.offset + (periods + rest) * delegated.period;
}

/** Where many short advances stop: at each event of the delegation, within each period, and at the end. */
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

/** Any float64; those that are easily lost on the way come often. */
function anyNumber(fc: FastCheck): Arbitrary<number> {
  return fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity));
}
