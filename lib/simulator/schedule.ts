/**
 * Finds the next instant if some events are periodic and others have times of their own.
 *
 * - An event with a time of its own stays in its list until it runs; a step asks the list what is due.
 * - If a periodic event is due, it names the instant; otherwise t is the number nearest to the exact time.
 */

import { compare, type Rational, type Timing } from "../diagram/mod.ts";
import type { Appointments } from "./appointments.ts";
import type { EventQueue, Limit } from "./event_queue.ts";
import type { Instant } from "./instants.ts";

/** The instants of a run in order of time. */
export type Upcoming = Pick<EventQueue, "seek" | "peek" | "skip" | "limit" | "order">;

/** The timing of an instant that no periodic event names. */
const UNNAMED: Timing = { period: Infinity, offset: 0 };
const NONE: readonly number[] = [];
/** If two doubles differ by more than this fraction, their exact times are in the same order. */
const APART = 2 ** -40;

/** An instant at which nothing periodic is due. */
export function ownInstant({ time, t }: { readonly time: Rational; readonly t: number }): Instant {
  return { exact: time, t, named: UNNAMED, due: NONE };
}

export class Schedule implements Upcoming {
  readonly #queue: EventQueue;
  readonly #own: Appointments;

  /** Joins the two. Events of `own` that are in the past must be taken before the next instant is asked for. */
  constructor(queue: EventQueue, own: Appointments) {
    this.#queue = queue;
    this.#own = own;
  }

  seek(time: Rational): void {
    this.#queue.seek(time);
  }

  peek(): Instant | undefined {
    const first = this.#own.first;
    return first !== undefined && this.#ownOrder(first) < 0 ? ownInstant(first) : this.#queue.peek();
  }

  skip(): void {
    const first = this.#own.first;
    if (first === undefined || this.#ownOrder(first) >= 0) this.#queue.skip();
  }

  limit(time: Rational): Limit {
    return this.#queue.limit(time);
  }

  order(limit: Limit): number {
    const first = this.#own.first;
    return first !== undefined && this.#ownOrder(first) < 0
      ? compare(first.time, limit.time)
      : this.#queue.order(limit);
  }

  /** Negative, 0 or positive if the first event of `own` is before, at or after the next periodic instant. */
  #ownOrder({ time, t }: { readonly time: Rational; readonly t: number }): number {
    const periodic = this.#queue.peek();
    if (periodic === undefined) return -1;
    const difference = t - periodic.t;
    return Math.abs(difference) > APART * Math.abs(t) ? difference : compare(time, periodic.exact);
  }
}
