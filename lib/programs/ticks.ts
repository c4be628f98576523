/**
 * How late the ticks of an event loop are while it, or somebody else, works.
 *
 * - A tick is due every `period` milliseconds from the start, and is late by the time until it comes. If a busy loop
 *   delays several ticks, each is counted, not just one.
 * - Invariant: after any turn, exactly the ticks that were due by then have been counted.
 */

import { after, now } from "../host/mod.ts";
import { median } from "./timed.ts";

/** When ticks are due, and by which clock. */
export interface TicksOptions {
  /** The time between two ticks, in milliseconds. */
  readonly period: number;
  /** The clock, in milliseconds; the real one by default. */
  readonly now?: () => number;
  /** Calls back after that many milliseconds, unless the returned function is called first; a real timer by default. */
  readonly after?: (milliseconds: number, callback: () => void) => () => void;
}

/** How late ticks were, in milliseconds; NaN if none was due. */
export interface Lateness {
  /** How many ticks were due. */
  readonly count: number;
  /** The median lateness. */
  readonly median: number;
  /** The greatest lateness. */
  readonly worst: number;
}

/** Measures how late the ticks of an event loop are. */
export class Ticks {
  readonly #period: number;
  readonly #now: () => number;
  readonly #after: NonNullable<TicksOptions["after"]>;
  readonly #started: number;
  readonly #late: number[] = [];
  #stopTimer: () => void = () => {};

  /** Starts ticking. */
  constructor(options: TicksOptions) {
    this.#period = options.period;
    this.#now = options.now ?? now;
    this.#after = options.after ?? after;
    this.#started = this.#now();
    this.#schedule();
  }

  /** Stops, and returns how late they were; ticks that are due and have not come count as late by the time so far. */
  stop(): Lateness {
    this.#stopTimer();
    this.#count();
    const count = this.#late.length;
    return { count, median: median(this.#late), worst: count === 0 ? NaN : Math.max(...this.#late) };
  }

  get #due(): number {
    return this.#started + (this.#late.length + 1) * this.#period;
  }

  #schedule(): void {
    this.#stopTimer = this.#after(Math.max(0, this.#due - this.#now()), () => {
      this.#count();
      this.#schedule();
    });
  }

  #count(): void {
    const time = this.#now();
    while (this.#due <= time) this.#late.push(time - this.#due);
  }
}
