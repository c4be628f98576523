/**
 * Exact instants: which events are due, and which instants come first.
 *
 * - Instants compare as rationals, never as doubles.
 * - At an instant all systems see the same t: `offset + k * period` of the due event with the smallest period or, among
 *   equal periods, the smallest offset.
 */

import { compare, exact, leastCommonMultiple, type Rational, type Timing } from "../diagram/mod.ts";

/** An instant at which at least one event is due. */
export interface Instant {
  /** The exact time, in seconds. */
  readonly exact: Rational;
  /** The time as systems see it, in seconds. */
  readonly t: number;
  /** The timing of the due event that names t. */
  readonly named: Timing;
  /** The indices of the due timings, in the order in which the timeline was given them. */
  readonly due: readonly number[];
}

/** The exact times of a periodic event. */
export interface ExactTiming {
  /** Seconds between two events. */
  readonly period: Rational;
  /** The time of the first event, in seconds. */
  readonly offset: Rational;
}

/** The exact values of a timing's two numbers. */
export function exactTiming({ period, offset }: Timing): ExactTiming {
  return { period: exact(period), offset: exact(offset) };
}

/** The exact `offset + k * period`. */
export function eventTime(timing: ExactTiming, k: bigint): Rational {
  const { period, offset } = timing;
  return { num: offset.num * period.den + k * period.num * offset.den, den: offset.den * period.den };
}

/**
 * Whether `one` names an instant rather than `other`: it has the smaller period or, with equal periods, the smaller
 * offset.
 */
export function namesBefore(one: Timing, other: Timing): boolean {
  return one.period < other.period || (one.period === other.period && one.offset < other.offset);
}

/** The ticks per second for which every period and offset is a whole number of ticks. */
export function ticksOf(timings: readonly ExactTiming[]): bigint {
  return [...new Set(timings.flatMap(({ period, offset }) => [period.den, offset.den]))].reduce(
    leastCommonMultiple,
    1n,
  );
}

/** The greatest integer that is at most the quotient; the divisor is positive. */
export function floorDivided(num: bigint, den: bigint): bigint {
  const quotient = num / den;
  return quotient * den > num ? quotient - 1n : quotient;
}

/** The events of several timings, in order of time. */
export class Timeline {
  readonly #timings: readonly Timing[];
  /** Ticks per second: every period and offset is a whole number of ticks. */
  readonly #ticks: bigint;
  readonly #grid: readonly { readonly period: bigint; readonly offset: bigint }[];

  /** Makes the timeline; due events are given as indices of these timings. */
  constructor(timings: readonly Timing[]) {
    this.#timings = timings;
    const rationals = timings.map(exactTiming);
    this.#ticks = ticksOf(rationals);
    this.#grid = rationals.map(({ period, offset }) => ({ period: this.#tick(period), offset: this.#tick(offset) }));
  }

  /** The first instant after that time, or `undefined` if there are no events at all. */
  next(after: Rational): Instant | undefined {
    const floor = after.den === this.#ticks ? after.num : floorDivided(after.num * this.#ticks, after.den);
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

/** The index of the last event of a timing at or before that time; 0 before the first. */
export function eventIndex(timing: ExactTiming, time: Rational): bigint {
  const { period, offset } = timing;
  const num = (time.num * offset.den - offset.num * time.den) * period.den;
  const den = time.den * offset.den * period.num;
  return num < 0n ? 0n : num / den;
}

/** The first event of a timing at or after that time. */
export function firstIndex(timing: ExactTiming, time: Rational): bigint {
  const before = eventIndex(timing, time);
  return compare(eventTime(timing, before), time) < 0 ? before + 1n : before;
}
