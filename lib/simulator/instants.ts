/**
 * Exact instants: which events are due, and which come first.
 *
 * - A number stands for the simplest rational that rounds to it if that is a small one (numerator times denominator at
 *   most 10^8); else, with at most 15 significant digits, for its decimal; else for that rational all the same. So 30
 *   periods of 1/30 end at 1, and 3 x 0.1 and 1 x 0.3 are one instant.
 * - A small rational never takes the place of a decimal with fewer than 14 places: two fractions that round to one
 *   double differ by less than its last place, so their denominators are too large for that.
 * - Instants compare as rationals, never as doubles.
 * - At one instant everybody sees one t: `offset + k * period` of the due event with the smallest period, ties by the
 *   smallest offset.
 *
 * The simplest rational between two others is found on the Stern-Brocot tree, by continued fractions.
 */

import type { Timing } from "../diagram/mod.ts";

/** A rational number; the denominator is positive. */
export interface Rational {
  /** The numerator. */
  readonly num: bigint;
  /** The denominator, above 0. */
  readonly den: bigint;
}

/** An instant at which at least one event is due. */
export interface Instant {
  /** When, exactly. */
  readonly exact: Rational;
  /** When, as everybody sees it, in seconds. */
  readonly t: number;
  /** The timing of the due event that names t. */
  readonly named: Timing;
  /** The indices of the due timings, in the order in which the timeline was given them. */
  readonly due: readonly number[];
}

/** The greatest numerator times denominator of a rational that is taken for what its double means. */
const SMALL = 100_000_000n;

/** Below 0, 0 or above 0 as the one is before, equal to or after the other. */
export function compare(one: Rational, other: Rational): number {
  const difference = one.den === other.den ? one.num - other.num : one.num * other.den - other.num * one.den;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The rational that a finite, non-negative number stands for. */
export function exact(x: number): Rational {
  if (!Number.isFinite(x) || x < 0) {
    throw new RangeError(`Cannot use ${x} as a time: a finite number of seconds from 0 up is wanted`);
  }
  const simplest = simplestRoundingTo(x);
  if (simplest.num * simplest.den <= SMALL) return simplest;
  const decimal = x.toExponential(14);
  return Number(decimal) === x ? fromDecimal(decimal) : simplest;
}

/** When a periodic event happens, exactly. */
export interface ExactTiming {
  /** Seconds between two events. */
  readonly period: Rational;
  /** Seconds before the first. */
  readonly offset: Rational;
}

/** The timing that these two numbers of seconds stand for. */
export function exactTiming({ period, offset }: Timing): ExactTiming {
  return { period: exact(period), offset: exact(offset) };
}

/** `offset + k * period`, exactly. */
export function eventTime(timing: ExactTiming, k: bigint): Rational {
  const { period, offset } = timing;
  return { num: offset.num * period.den + k * period.num * offset.den, den: offset.den * period.den };
}

/** Whether one timing names the instant rather than the other: the smaller period, ties by the smaller offset. */
export function namesBefore(one: Timing, other: Timing): boolean {
  return one.period < other.period || (one.period === other.period && one.offset < other.offset);
}

/** The events of several timings, in the order of time. */
export class Timeline {
  readonly #timings: readonly Timing[];
  /** Ticks a second: every period and offset is a whole number of ticks. */
  readonly #ticks: bigint;
  readonly #grid: readonly { readonly period: bigint; readonly offset: bigint }[];

  /** Makes the timeline; due events are told by their index here. */
  constructor(timings: readonly Timing[]) {
    this.#timings = timings;
    const rationals = timings.map(exactTiming);
    this.#ticks = rationals.flatMap(({ period, offset }) => [period.den, offset.den]).reduce(leastCommonMultiple, 1n);
    this.#grid = rationals.map(({ period, offset }) => ({ period: this.#tick(period), offset: this.#tick(offset) }));
  }

  /** The first instant after that time, or `undefined` if there are no events at all. */
  next(after: Rational): Instant | undefined {
    const floor = after.den === this.#ticks ? after.num : after.num * this.#ticks / after.den;
    let first: bigint | undefined;
    for (const { period, offset } of this.#grid) {
      const tick = floor < offset ? offset : offset + ((floor - offset) / period + 1n) * period;
      if (first === undefined || tick < first) first = tick;
    }
    return first === undefined ? undefined : this.#instant(first);
  }

  /** The instant at that time, or `undefined` if nothing is due there. */
  instantAt(time: Rational): Instant | undefined {
    const scaled = time.num * this.#ticks;
    if (scaled % time.den !== 0n) return undefined;
    return this.#instant(scaled / time.den);
  }

  #instant(tick: bigint): Instant | undefined {
    const due: number[] = [];
    let named: Timing | undefined;
    let t = 0;
    this.#grid.forEach(({ period, offset }, index) => {
      const timing = this.#timings[index];
      if (timing === undefined || tick < offset || (tick - offset) % period !== 0n) return;
      due.push(index);
      if (named === undefined || namesBefore(timing, named)) {
        named = timing;
        t = timing.offset + Number((tick - offset) / period) * timing.period;
      }
    });
    return named === undefined ? undefined : { exact: { num: tick, den: this.#ticks }, t, named, due };
  }

  #tick(time: Rational): bigint {
    return time.num * (this.#ticks / time.den);
  }
}

/** How many events of a timing lie before that time, so that the next one is k of them. */
export function eventIndex(timing: ExactTiming, time: Rational): bigint {
  const { period, offset } = timing;
  const num = (time.num * offset.den - offset.num * time.den) * period.den;
  const den = time.den * offset.den * period.num;
  return num < 0n ? 0n : num / den;
}

function fromDecimal(text: string): Rational {
  const [digits = "0", power = "0"] = text.replace(".", "").split("e");
  const exponent = Number(power) - (digits.length - 1);
  return exponent >= 0
    ? { num: BigInt(digits) * 10n ** BigInt(exponent), den: 1n }
    : reduced({ num: BigInt(digits), den: 10n ** BigInt(-exponent) });
}

/** The rational of smallest denominator among those that round to x. */
function simplestRoundingTo(x: number): Rational {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const exponent = Number(word >> 52n);
  const fraction = word & ((1n << 52n) - 1n);
  const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n);
  const power = Math.max(exponent, 1) - 1075;
  // In units of a quarter of the last place: x is 4 * mantissa. Below a power of two the spacing is half as wide.
  const below = fraction === 0n && exponent > 1 ? 1n : 2n;
  const scale = power - 2;
  const low = scaled(4n * mantissa - below, scale);
  const high = scaled(4n * mantissa + 2n, scale);
  // Ties round to the even mantissa, so the ends of the interval belong to x only then.
  return simplestBetween(low, high, mantissa % 2n === 0n);
}

function scaled(value: bigint, power: number): Rational {
  return power >= 0 ? { num: value << BigInt(power), den: 1n } : reduced({ num: value, den: 1n << BigInt(-power) });
}

function simplestBetween(low: Rational, high: Rational, closed: boolean): Rational {
  const whole = low.num / low.den;
  const lowIsWhole = whole * low.den === low.num;
  if (lowIsWhole && closed) return { num: whole, den: 1n };
  const above: Rational = { num: whole + 1n, den: 1n };
  const order = compare(above, high);
  if (order < 0 || (order === 0 && closed)) return above;
  // Both lie in [whole, whole + 1]: look between the reciprocals of their fractional parts.
  const lowRest = { num: high.den, den: high.num - whole * high.den };
  if (lowIsWhole) {
    // (whole, high): the simplest is whole + 1/n with the smallest n that is below high.
    const n = lowRest.num / lowRest.den + 1n;
    return { num: whole * n + 1n, den: n };
  }
  const highRest = { num: low.den, den: low.num - whole * low.den };
  const rest = simplestBetween(lowRest, highRest, closed);
  return { num: whole * rest.num + rest.den, den: rest.num };
}

function reduced({ num, den }: Rational): Rational {
  const divisor = greatestCommonDivisor(num, den);
  return { num: num / divisor, den: den / divisor };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  return a / greatestCommonDivisor(a, b) * b;
}
