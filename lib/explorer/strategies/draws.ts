/**
 * What a run that is drawn by lot draws from.
 *
 * - The seed and the number of the run decide it, whatever other runs have drawn: so runs may be shared out.
 * - Under one seed no two of the first 2^32 runs begin alike.
 */

import { type Chooser, seededChooser } from "../../memory/mod.ts";

/** What decides runs that are drawn by lot. */
export interface Drawn {
  /** Decides all runs. */
  readonly seed: number;
  /** The number of the first run; 0 by default. */
  readonly run?: number;
}

/** What a run draws from. */
export function drawsOf(seed: number, run: number): Chooser {
  return seededChooser(mixed(mixed(seed) + run));
}

/** A number whose 32 bits each depend on all of another's; no two have the same. */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return bits ^ (bits >>> 15);
}
