/**
 * The periodic events of a run in order of time: which instant comes next, and what is due there.
 *
 * - Instants lie on a grid of ticks: every period and offset is a whole number of ticks. While ticks are safe integers
 *   the queue is a heap of timings, so the cost of an instant depends on what is due there; beyond that it uses the
 *   `Timeline`.
 * - Invariant: `#next[i]` is the first tick of timing i at or after the queue's position; the heap is ordered by it.
 */

import { compare, exact, type Rational, type Timing } from "../diagram/mod.ts";
import { exactTiming, floorDivided, type Instant, namesBefore, ticksOf, Timeline } from "./instants.ts";

/** A time on the grid of a queue: the last tick at or before it, and whether it lies on that tick. */
export interface Limit {
  readonly time: Rational;
  readonly floor: number;
  readonly isTick: boolean;
}

/** The largest tick of the heap: the sum of two such ticks is exact. */
const MOST_TICKS = 2 ** 51;
const ONLY = [0] as const;

export class EventQueue {
  readonly #timings: readonly Timing[];
  readonly #timeline: Timeline;
  readonly #ticks: bigint;
  /** In ticks, by timing. */
  readonly #periods: readonly number[];
  readonly #offsets: readonly number[];
  /** By timing: its rank in naming an instant; the lowest rank names it. */
  readonly #ranks: Int32Array;
  readonly #next: Float64Array;
  readonly #heap: Int32Array;
  /** The heap places of the timings that are due at the next instant. */
  #due: readonly number[] = [];
  #head: Instant | undefined;
  #isKnown = false;
  /** If ticks are not safe: the queue's position, and whether it is past the events there. */
  #at: { readonly time: Rational; readonly isPast: boolean } | undefined;

  /** Makes the queue, at time 0; due events are given as indices of these timings. */
  constructor(timings: readonly Timing[]) {
    this.#timings = timings;
    this.#timeline = new Timeline(timings);
    const rationals = timings.map(exactTiming);
    this.#ticks = ticksOf(rationals);
    const inTicks = ({ num, den }: Rational) => Number(num * (this.#ticks / den));
    this.#periods = rationals.map(({ period }) => inTicks(period));
    this.#offsets = rationals.map(({ offset }) => inTicks(offset));
    this.#ranks = new Int32Array(timings.length);
    const order = [...timings.keys()].sort((one, other) => {
      const [a, b] = [timings[one] as Timing, timings[other] as Timing];
      return namesBefore(a, b) ? -1 : namesBefore(b, a) ? 1 : 0;
    });
    order.forEach((index, rank) => this.#ranks[index] = rank);
    this.#next = new Float64Array(timings.length);
    this.#heap = Int32Array.from(timings.keys());
    this.seek(exact(0));
  }

  /** Moves to a time: the next instant is the first one at or after it. */
  seek(time: Rational): void {
    const { floor, isTick } = this.limit(time);
    const from = isTick ? floor : floor + 1;
    this.#isKnown = false;
    this.#at = undefined;
    for (let index = 0; index < this.#next.length; index++) {
      const [period, offset] = [this.#periods[index] as number, this.#offsets[index] as number];
      const rest = from <= offset ? 0 : (from - offset) % period;
      const tick = from <= offset ? offset : rest === 0 ? from : from + period - rest;
      this.#next[index] = tick;
      if (period <= MOST_TICKS && tick <= MOST_TICKS) continue;
      this.#at = { time, isPast: false };
      return;
    }
    for (let place = this.#heap.length >> 1; place >= 0; place--) this.#sink(place);
  }

  /** The next instant; `undefined` if there are no events at all. */
  peek(): Instant | undefined {
    if (this.#isKnown) return this.#head;
    this.#isKnown = true;
    return this.#head = this.#at === undefined ? this.#first() : this.#beyond(this.#at);
  }

  /** Moves past the next instant. */
  skip(): void {
    const head = this.peek();
    this.#isKnown = false;
    if (head === undefined) return;
    if (this.#at !== undefined) {
      this.#at = { time: head.exact, isPast: true };
      return;
    }
    for (let index = this.#due.length - 1; index >= 0; index--) {
      const place = this.#due[index] as number;
      const timing = this.#heap[place] as number;
      const tick = (this.#next[timing] as number) + (this.#periods[timing] as number);
      if (tick > MOST_TICKS) {
        this.#at = { time: head.exact, isPast: true };
        return;
      }
      this.#next[timing] = tick;
      this.#sink(place);
    }
  }

  /** Prepares a time for repeated comparison with the next instant. */
  limit(time: Rational): Limit {
    const scaled = time.num * this.#ticks;
    const floor = floorDivided(scaled, time.den);
    return { time, floor: Number(floor), isTick: floor * time.den === scaled };
  }

  /** Negative, 0 or positive if the next instant is before, at or after a limit. */
  order(limit: Limit): number {
    const head = this.peek();
    if (head === undefined) return 1;
    if (this.#at !== undefined) return compare(head.exact, limit.time);
    const tick = this.#next[this.#heap[0] as number] as number;
    return tick !== limit.floor ? tick - limit.floor : limit.isTick ? 0 : -1;
  }

  #beyond({ time, isPast }: { readonly time: Rational; readonly isPast: boolean }): Instant | undefined {
    return isPast ? this.#timeline.next(time) : this.#timeline.instantAt(time) ?? this.#timeline.next(time);
  }

  #first(): Instant | undefined {
    const first = this.#heap[0];
    if (first === undefined) return undefined;
    const tick = this.#next[first] as number;
    if (this.#heap.length === 1) {
      this.#due = ONLY;
      return new TickInstant({ tick, ticks: this.#ticks }, this.#named(0, tick), ONLY);
    }
    const places = [0];
    for (let at = 0; at < places.length; at++) {
      const child = 2 * (places[at] as number) + 1;
      for (let place = child; place < Math.min(child + 2, this.#heap.length); place++) {
        if (this.#next[this.#heap[place] as number] === tick) places.push(place);
      }
    }
    this.#due = places;
    const due = places.map((place) => this.#heap[place] as number).sort((one, other) => one - other);
    const naming = due.reduce((best, index) => {
      return (this.#ranks[index] as number) < (this.#ranks[best] as number) ? index : best;
    });
    return new TickInstant({ tick, ticks: this.#ticks }, this.#named(naming, tick), due);
  }

  #named(index: number, tick: number): { readonly t: number; readonly named: Timing } {
    const named = this.#timings[index] as Timing;
    const k = (tick - (this.#offsets[index] as number)) / (this.#periods[index] as number);
    return { t: named.offset + k * named.period, named };
  }

  #sink(place: number): void {
    const [heap, next] = [this.#heap, this.#next];
    const index = heap[place] as number;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (
        child + 1 < heap.length && (next[heap[child + 1] as number] as number) < (next[heap[child] as number] as number)
      ) {
        child++;
      }
      if ((next[heap[child] as number] as number) >= (next[index] as number)) break;
      heap[place] = heap[child] as number;
      place = child;
    }
    heap[place] = index;
  }
}

/** An instant on a grid of safe ticks. */
class TickInstant implements Instant {
  readonly t: number;
  readonly named: Timing;
  readonly due: readonly number[];
  readonly #tick: number;
  readonly #ticks: bigint;

  constructor(
    { tick, ticks }: { readonly tick: number; readonly ticks: bigint },
    { t, named }: { readonly t: number; readonly named: Timing },
    due: readonly number[],
  ) {
    this.#tick = tick;
    this.#ticks = ticks;
    this.t = t;
    this.named = named;
    this.due = due;
  }

  get exact(): Rational {
    return { num: BigInt(this.#tick), den: this.#ticks };
  }
}
