/**
 * Real-time pacing: holds the start of each step back until real time has caught up with simulated time.
 *
 * - A run of N periods has N - 1 paced intervals and may end at N / (N - 1) of real time; `paceFinal` pays the last
 *   one too.
 * - A step whose time has passed before it starts is an overrun.
 */

import type { RealClock } from "./far_side.ts";

export class Pacer {
  readonly #clock: RealClock;
  /** Simulated seconds per real second; 0 is as fast as it can. */
  readonly #rate: number;
  #start: { readonly wall: number; readonly t: number } | undefined;
  #overruns = 0;

  /** Makes a pacer for simulated seconds per real second; a rate of 0 never waits. */
  constructor(options: { clock: RealClock; rate: number }) {
    if (!(Number.isFinite(options.rate) && options.rate >= 0)) {
      throw new RangeError(`Cannot pace a run at rate ${options.rate}: a finite number from 0 up is wanted`);
    }
    this.#clock = options.clock;
    this.#rate = options.rate;
  }

  /** How many steps started after their time. */
  get overruns(): number {
    return this.#overruns;
  }

  /** What to await before the step at simulated time `t` may start, if anything. */
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
    return undefined;
  }
}
