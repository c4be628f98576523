/**
 * Systems that keep samples: zero-order hold, unit delay, n-step delay, discrete integrator.
 *
 * With u_k the input at t_k = offset + k * period, over (t_k, t_(k+1)]:
 *
 * - `zeroOrderHold`: y = u_k. `delay`: y = u_(k - steps). `unitDelay`: y = u_(k - 1).
 * - `integrator`: y = initial + period * (u_0 + ... + u_k), added in that order.
 *
 * Before its first sample each shows `initial`; a delay does so until it has enough samples.
 *
 * @example
 * ```ts
 * import { Simulator } from "../simulator/mod.ts";
 * import { integrator } from "./holds.ts";
 *
 * await using simulator = new Simulator(integrator({ period: 0.5 }));
 * simulator.fix("u", 3);
 * await simulator.initialize();
 * await simulator.advanceTo(1);
 * if (simulator.context.output("y") !== 3) throw new Error("two steps of 0.5 * 3");
 * ```
 */

import { abstract, defineSystem, type LeafSystem, scalar } from "../diagram/mod.ts";
import { mapSignal, type Signal, signal } from "./signal.ts";

/** Options of a system that samples periodically; its signal is a number, or a vector of `size` components. */
export interface HoldOptions {
  /** Seconds between samples, above 0. */
  readonly period: number;
  /** The time of the first sample in seconds, 0 by default. */
  readonly offset?: number;
  /** The number of components of a vector; by default the signal is a number. */
  readonly size?: number;
  /** The initial value of every component, 0 by default. */
  readonly initial?: number;
}

/** A system with one input u and one output y. */
export type Hold = LeafSystem<{ u: Signal }, { y: Signal }>;

/** Makes a zero-order hold: y is the newest sample of u. */
export function zeroOrderHold(options: HoldOptions): Hold {
  return named("zero-order hold", delay({ ...options, steps: 0 }));
}

/** Makes a unit delay: y is the sample before the newest. */
export function unitDelay(options: HoldOptions): Hold {
  return named("unit delay", delay({ ...options, steps: 1 }));
}

/**
 * Makes a delay: y is the sample that is `steps` older than the newest.
 *
 * @throws {RangeError} if `steps` is not an integer of at least 0.
 */
export function delay(options: HoldOptions & { steps: number }): Hold {
  const { period, offset = 0, size, initial = 0, steps } = options;
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new RangeError(`Cannot delay by ${steps} steps: an integer of at least 0 is wanted`);
  }
  // Invariant: before sample k, sample k - 1 - i is in slot (next - 1 - i) mod slots. One slot is spare: nobody sees
  // what an update writes there before `next` moves on, so the samples may be changed in place.
  const slots = steps + 2;
  const width = size ?? 1;
  const type = signal(size);
  const places = (slot: number) => slot % slots * width;
  return defineSystem({
    name: "delay",
    inputs: { u: type },
    state: {
      samples: abstract(new Float64Array(slots * width).fill(initial), { inPlace: true }),
      next: scalar(0),
    },
    outputs: {
      y: {
        type,
        feedthrough: [],
        value: ({ state: { samples, next } }) => {
          const from = places(next + slots - 1 - steps);
          return (size === undefined ? samples[from] : samples.slice(from, from + width)) as number;
        },
      },
    },
    update: {
      period,
      offset,
      run: ({ input: { u }, state, next }) => {
        if (typeof u === "number") state.samples[places(state.next)] = u;
        else state.samples.set(u, places(state.next));
        next.next = (state.next + 1) % slots;
      },
    },
  });
}

/** Makes an integrator: y = initial + period * (the sum of all samples). */
export function integrator(options: HoldOptions): Hold {
  const { period, offset = 0, size, initial = 0 } = options;
  return defineSystem({
    name: "integrator",
    inputs: { u: signal(size) },
    state: { x: signal(size, initial) },
    outputs: { y: { type: signal(size), feedthrough: [], value: ({ state }) => state.x } },
    update: {
      period,
      offset,
      run: ({ input, state, next }) => {
        next.x = mapSignal(state.x, (x, u = NaN) => x + period * u, input.u);
      },
    },
  });
}

function named(name: string, system: Hold): Hold {
  return Object.freeze({ ...system, name });
}
