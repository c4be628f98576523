/**
 * A system that burns time, for measuring what a way of running costs.
 *
 * - Initialization sets x := u + 1 without burning; each update reads u, burns, and sets x := u + 1; y = x.
 * - `burn: "wall"` watches the real clock until `period` has passed; `"cpu"` does `work` iterations of a WebAssembly
 *   kernel, the same amount wherever it runs; `"none"` burns nothing.
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

/** How a busy system spends its time. */
export type Burn = "wall" | "cpu" | "none";

/** What the kernel takes in one call. */
const MOST_ROUNDS = 2 ** 31 - 1;

/** y = x; x := u + 1 every `period` seconds, after burning. */
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
