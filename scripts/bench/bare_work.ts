/**
 * The work of bare workers in each round: the same burns as the busy system, without a system around them.
 */

import { burnCpu } from "../../mod.ts";

/** The work of one round. */
export interface BareWork {
  /** Milliseconds to watch the clock for. */
  readonly wall: number;
  /** Iterations of the WebAssembly kernel. */
  readonly cpu: number;
}

export const IDLE: BareWork = { wall: 0, cpu: 0 };

export function burnBare({ wall, cpu }: BareWork): void {
  if (wall > 0) { for (const end = performance.now() + wall; performance.now() < end;); }
  if (cpu > 0) burnCpu(cpu);
}
