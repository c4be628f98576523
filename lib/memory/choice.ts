/**
 * Chance as a value: a small generator of choices, determined by a seed.
 *
 * - The same seed gives the same choices for the same sequence of `n`.
 * - The generator is splitmix32 (a Weyl sequence through a 32-bit finalizer): good enough for varying schedules and
 *   tests, not meant for statistics or secrets.
 */

import type { Chooser } from "./memory.ts";

const WEYL_INCREMENT = 0x9e3779b9;

/** A chooser determined by the low 32 bits of `seed`. */
export function seededChooser(seed: number): Chooser {
  let state = seed | 0;
  return (n) => {
    state = (state + WEYL_INCREMENT) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return Math.floor((((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32) * n);
  };
}
