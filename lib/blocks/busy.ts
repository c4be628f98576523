/**
 * A system that uses up time, for measuring what a way of running costs.
 *
 * - Initialization sets x := u + 1 without burning time; each update reads u, burns time, and sets x := u + 1. The
 *   output is y = x.
 * - `burn: "wall"` (the default) watches the real clock until `period` has passed; `"cpu"` does `work` iterations of a
 *   WebAssembly kernel, the same amount wherever it runs; `"none"` burns no time.
 *
 * @example
 * ```ts
 * import { Simulator } from "../simulator/mod.ts";
 * import { busy } from "./busy.ts";
 *
 * await using simulator = new Simulator(busy({ period: 0.1, burn: "none" }));
 * simulator.fix("u", 2);
 * await simulator.initialize();
 * if (simulator.context.output("y") !== 3) throw new Error("x = u + 1");
 * ```
 */

import { defineSystem, type LeafSystem, scalar, type ScalarType } from "../diagram/mod.ts";
import { burnCpu } from "./burn_kernel.ts";

/** How a busy system uses up time: by the real clock, by a fixed amount of CPU work, or not at all. */
export type Burn = "wall" | "cpu" | "none";

/** The most iterations of one call of the kernel. */
const MOST_ROUNDS = 2 ** 31 - 1;

/**
 * Makes a system with y = x, which every `period` seconds burns time and sets x := u + 1. `burn` is `wall` by default;
 * `work` is the number of kernel iterations of `cpu`, 0 by default.
 */
export function busy(
  options: { period: number; burn?: Burn; work?: number },
): LeafSystem<{ u: ScalarType }, { y: ScalarType }> {
  const { period, burn = "wall", work = 0 } = options;
  return defineSystem({
    name: "busy",
    inputs: { u: scalar() },
    state: { x: scalar(0) },
    outputs: { y: { type: scalar(), feedthrough: [], value: ({ state }) => state.x } },
    initialize: ({ input, next }) => void (next.x = input.u + 1),
    update: {
      period,
      run: ({ input, next, wall }) => {
        const { u } = input;
        switch (burn) {
          case "wall": {
            const end = wall() + period * 1000;
            while (wall() < end);
            break;
          }
          case "cpu":
            for (let left = work; left > 0; left -= MOST_ROUNDS) burnCpu(Math.min(left, MOST_ROUNDS));
            break;
          case "none":
            break;
        }
        next.x = u + 1;
      },
    },
  });
}
