/**
 * Real-time pacing: delays the start of each step until real time has caught up with simulated time.
 *
 * - A run of N periods has N - 1 paced intervals, so its rate may come out as N / (N - 1) times the wanted one;
 *   `paceFinal` paces the last interval, too.
 * - A step that starts after its real time is an overrun; in a strict run, that is an error.
 */

import { OverrunError } from "../errors.ts";
import type { RealClock } from "./far_side.ts";

export class Pacer {
  readonly #clock: RealClock;
  /** Simulated seconds per real second; 0 means as fast as possible. */
  readonly #rate: number;
  readonly #strict: boolean;
  #start: { readonly wall: number; readonly t: number } | undefined;
  #overruns = 0;

  /** Makes a pacer for simulated seconds per real second; a rate of 0 never waits. */
  constructor(options: { clock: RealClock; rate: number; strict: boolean }) {
    if (!(Number.isFinite(options.rate) && options.rate >= 0)) {
      throw new RangeError(`Cannot pace a run at rate ${options.rate}: a finite number from 0 up is wanted`);
    }
    this.#clock = options.clock;
    this.#rate = options.rate;
    this.#strict = options.strict;
    if (options.strict && options.rate === 0) {
      throw new RangeError(
        "Cannot pace a run strictly at rate 0: it has no real time to keep, a rate above 0 is wanted",
      );
    }
  }

  /** Starts again: the next step is not delayed. */
  restart(): void {
    this.#start = undefined;
    this.#overruns = 0;
  }

  /** How many steps started after their real time. */
  get overruns(): number {
    return this.#overruns;
  }

  /**
   * The promise to await before the step at simulated time `t` may start, if any.
   *
   * @throws {OverrunError} if its real time has passed, in a strict run.
   */
  wait(t: number): Promise<void> | undefined {
    if (this.#rate === 0) return undefined;
    const wall = this.#clock.now();
    if (this.#start === undefined) {
      this.#start = { wall, t };
      return undefined;
    }
    const due = this.#start.wall + (t - this.#start.t) / this.#rate * 1000;
    if (wall < due) return this.#clock.sleepUntil(due);
    this.#overruns++;
    if (this.#strict) throw new OverrunError(t, wall - due);
    return undefined;
  }
}
