/**
 * How late the ticks of an event loop come while it, or somebody else, works.
 *
 * - A tick is due every `period` milliseconds from the start on, and is late by the time until it comes: those that a busy
 *   loop holds up are counted each, not as one.
 * - Invariant: after any turn every tick that was due by then is counted, and no other.
 */

import { after, now } from "../host/mod.ts";
import { median } from "./timed.ts";

/** When ticks are due, and by which clock. */
export interface TicksOptions {
  /** Milliseconds from one to the next. */
  readonly period: number;
  /** The clock, in milliseconds; the real one by default. */
  readonly now?: () => number;
  /** Calls back after some milliseconds, and gives what gives that up; a real timer by default. */
  readonly after?: (milliseconds: number, callback: () => void) => () => void;
}

/** How late ticks were, in milliseconds; NaN where none was due. */
export interface Lateness {
  /** How many were due. */
  readonly count: number;
  /** The middle one. */
  readonly median: number;
  /** The latest one. */
  readonly worst: number;
}

export class Ticks {
  readonly #period: number;
  readonly #now: () => number;
  readonly #after: NonNullable<TicksOptions["after"]>;
  readonly #started: number;
  readonly #late: number[] = [];
  #letGo: () => void = () => {};

  /** Starts ticking. */
  constructor(options: TicksOptions) {
    this.#period = options.period;
    this.#now = options.now ?? now;
    this.#after = options.after ?? after;
    this.#started = this.#now();
    this.#schedule();
  }

  /** Stops, and says how late they were; those that are due and have not come are as late as it is by then. */
  stop(): Lateness {
    this.#letGo();
    this.#count();
    const count = this.#late.length;
    return { count, median: median(this.#late), worst: count === 0 ? NaN : Math.max(...this.#late) };
  }

  get #due(): number {
    return this.#started + (this.#late.length + 1) * this.#period;
  }

  #schedule(): void {
    this.#letGo = this.#after(Math.max(0, this.#due - this.#now()), () => {
      this.#count();
      this.#schedule();
    });
  }

  #count(): void {
    const time = this.#now();
    while (this.#due <= time) this.#late.push(time - this.#due);
  }
}
