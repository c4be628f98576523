/**
 * The exact times of events that are not periodic, earliest first.
 *
 * - Invariant: the heap is ordered by `#before`: by the nearest doubles, and where these are equal by the exact times.
 * - Invariant: an event with a time is in the heap once, at its `#places`; -1 stands for nowhere.
 */

import { compare, nearest, type Rational } from "../diagram/mod.ts";

/** A time, both exact and as systems see it. */
export interface Appointment {
  /** Exactly. */
  readonly time: Rational;
  /** The nearest number, in seconds. */
  readonly t: number;
}

export class Appointments {
  readonly #entries: (Appointment | undefined)[];
  readonly #heap: number[] = [];
  readonly #places: Int32Array;

  /** Makes room for `count` events, none of which has a time. */
  constructor(count: number) {
    this.#entries = new Array<undefined>(count).fill(undefined);
    this.#places = new Int32Array(count).fill(-1);
  }

  /** The earliest time, if any event has one. */
  get first(): Appointment | undefined {
    return this.#entries[this.#heap[0] as number];
  }

  /** The time of an event, if it has one. */
  timeOf(index: number): Rational | undefined {
    return this.#entries[index]?.time;
  }

  /** Sets the time of an event, or removes it. */
  set(index: number, time: Rational | undefined): void {
    const place = this.#places[index] as number;
    this.#entries[index] = time === undefined ? undefined : { time, t: nearest(time) };
    if (time === undefined) {
      if (place >= 0) this.#remove(place);
    } else {
      if (place < 0) this.#heap.push(index);
      this.#move(place < 0 ? this.#heap.length - 1 : place, index);
    }
  }

  /** Takes the events whose time is not after `time`, and removes their times. */
  takeUntil(time: Rational): number[] {
    const due: number[] = [];
    for (let at = this.first; at !== undefined && compare(at.time, time) <= 0; at = this.first) {
      const index = this.#heap[0] as number;
      due.push(index);
      this.set(index, undefined);
    }
    return due;
  }

  #remove(place: number): void {
    this.#places[this.#heap[place] as number] = -1;
    const last = this.#heap.pop() as number;
    if (place < this.#heap.length) this.#move(place, last);
  }

  /** Moves an event from a free place to where it belongs in the heap. */
  #move(place: number, index: number): void {
    const heap = this.#heap;
    const put = (at: number, moved: number) => {
      heap[at] = moved;
      this.#places[moved] = at;
    };
    while (place > 0 && this.#before(index, heap[(place - 1) >> 1] as number)) {
      put(place, heap[(place - 1) >> 1] as number);
      place = (place - 1) >> 1;
    }
    for (let child = 2 * place + 1; child < heap.length; child = 2 * place + 1) {
      if (child + 1 < heap.length && this.#before(heap[child + 1] as number, heap[child] as number)) child++;
      if (!this.#before(heap[child] as number, index)) break;
      put(place, heap[child] as number);
      place = child;
    }
    put(place, index);
  }

  #before(one: number, other: number): boolean {
    const [a, b] = [this.#entries[one] as Appointment, this.#entries[other] as Appointment];
    return a.t !== b.t ? a.t < b.t : compare(a.time, b.time) < 0;
  }
}
