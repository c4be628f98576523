/**
 * The source of chance of a random run.
 *
 * - The seed and the number of the run determine it, whatever other runs have drawn, so runs can be shared out.
 * - With one seed, no two of the first 2^32 runs begin alike.
 */

import { type Chooser, seededChooser } from "../../memory/mod.ts";

/** What determines random runs. */
export interface Drawn {
  /** The seed of all runs. */
  readonly seed: number;
  /** The number of the first run; 0 by default. */
  readonly run?: number;
}

/** The source of chance of a run. */
export function drawsOf(seed: number, run: number): Chooser {
  return seededChooser(mixed(mixed(seed) + run));
}

/** A hash whose 32 bits each depend on all bits of the value; different values have different hashes. */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return bits ^ (bits >>> 15);
}
