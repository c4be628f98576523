/**
 * How many calls a guest has at hand, from the time that they take.
 *
 * - A few milliseconds of work: enough that the guest never waits for the next call, few enough that the last calls of a
 *   batch are spread over all guests.
 * - Beside a long call there is nothing else, and beside the first one, of which nobody knows how long it is.
 */

/** How much work a guest has at hand, in milliseconds; and how long a call is beside which it has nothing else. */
const AT_HAND = 4;
const LONG = 10;
/** Two calls at least hide the way to the host and back; more than that many make no difference. */
const LEAST = 2;
const MOST = 4096;
/** What the newest measurement counts. */
const NEWEST = 0.5;

export class Pace {
  /** Milliseconds a call, as measured; undefined before. */
  #each: number | undefined;
  /** Since when calls are counted that are answered. */
  #since = 0;
  #count = 0;

  /** How many calls may be at hand. */
  get window(): number {
    const each = this.#each;
    if (each === undefined || each > LONG) return 1;
    return Math.min(MOST, Math.max(LEAST, Math.floor(AT_HAND / each)));
  }

  /** Forgets what was measured: another guest may be faster. */
  reset(): void {
    this.#each = undefined;
  }

  /** Says that the first call after a rest begins. */
  begin(time: number): void {
    this.#since = time;
    this.#count = 0;
  }

  /** Counts an answer. */
  answered(): void {
    this.#count++;
  }

  /** Takes the time of the answers since the last measurement; false where there are none. */
  measure(time: number): boolean {
    const count = this.#count;
    if (count === 0) return false;
    const each = (time - this.#since) / count;
    this.#each = this.#each === undefined ? each : NEWEST * each + (1 - NEWEST) * this.#each;
    this.begin(time);
    return true;
  }
}
