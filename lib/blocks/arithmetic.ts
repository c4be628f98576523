/**
 * Arithmetic systems without state: gain and adder.
 *
 * - `gain`: y = factor * u. `adder`: y = u0 + u1 + ..., added in that order.
 *
 * @example
 * ```ts
 * import { openContext } from "../diagram/mod.ts";
 * import { adder } from "./arithmetic.ts";
 *
 * const { context, writer } = openContext(adder({ terms: 2 }));
 * writer.fix("u0", 1);
 * writer.fix("u1", 2);
 * if (context.output("y") !== 3) throw new Error("1 + 2");
 * ```
 */

import { defineSystem, type LeafSystem } from "../diagram/mod.ts";
import { mapSignal, type Signal, signal } from "./signal.ts";

/** Makes a system with y = factor * u; u is a number, or a vector of `size` components. */
export function gain(options: { factor: number; size?: number }): LeafSystem<{ u: Signal }, { y: Signal }> {
  const { factor, size } = options;
  return defineSystem({
    name: "gain",
    inputs: { u: signal(size) },
    outputs: { y: { type: signal(size), value: ({ input }) => mapSignal(input.u, (u) => factor * u) } },
  });
}

/**
 * Makes a system with y = u0 + u1 + ... of `terms` inputs, which are numbers, or vectors of `size` components.
 *
 * @throws {RangeError} if `terms` is not an integer of at least 1.
 */
export function adder(options: { terms: number; size?: number }): LeafSystem<Record<string, Signal>, { y: Signal }> {
  const { terms, size } = options;
  if (!Number.isSafeInteger(terms) || terms < 1) {
    throw new RangeError(`Cannot make an adder of ${terms} terms: an integer of at least 1 is wanted`);
  }
  const names = Array.from({ length: terms }, (_, index) => `u${index}`);
  return defineSystem({
    name: "adder",
    inputs: Object.fromEntries(names.map((name) => [name, signal(size)])),
    outputs: {
      y: {
        type: signal(size),
        value: ({ input }) => {
          const [first, ...rest] = names.map((name) => input[name] ?? NaN);
          return mapSignal(first ?? NaN, (u, ...others) => others.reduce((sum, other) => sum + other, u), ...rest);
        },
      },
    },
  });
}
