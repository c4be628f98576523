/**
 * How many calls to give a guest at a time, based on how long calls take.
 *
 * - The goal is a few milliseconds of work: enough that the guest never waits for its next call, and little enough that
 *   the last calls of a batch are spread over all guests.
 * - A long call gets no others beside it, and neither does the first, whose duration is unknown.
 */

/** The amount of work given to a guest at a time, and the duration of a long call, in milliseconds. */
const AT_HAND = 4;
const LONG = 10;
/** Two calls are enough to hide the round trip to the host; more than this many make no difference. */
const LEAST = 2;
const MOST = 4096;
/** The weight of the newest measurement. */
const NEWEST = 0.5;

/** Measures calls, and derives how many to give a guest at a time. */
export class Pace {
  /** The measured time per call, in milliseconds; `undefined` at first. */
  #each: number | undefined;
  /** When the counting of answers began. */
  #since = 0;
  #count = 0;

  /** How many calls the guest may have. */
  get window(): number {
    const each = this.#each;
    if (each === undefined || each > LONG) return 1;
    return Math.min(MOST, Math.max(LEAST, Math.floor(AT_HAND / each)));
  }

  /** Forgets the measurements, because another guest may be faster. */
  reset(): void {
    this.#each = undefined;
  }

  /** Records that the first call after an idle time begins. */
  begin(time: number): void {
    this.#since = time;
    this.#count = 0;
  }

  /** Counts an answer. */
  answered(): void {
    this.#count++;
  }

  /** Measures the time of the answers since the last measurement; false if there are none. */
  measure(time: number): boolean {
    const count = this.#count;
    if (count === 0) return false;
    const each = (time - this.#since) / count;
    this.#each = this.#each === undefined ? each : NEWEST * each + (1 - NEWEST) * this.#each;
    this.begin(time);
    return true;
  }
}
