/**
 * A case of busy systems, whether from flags or predefined.
 */

import type { Burn, ModeName } from "../../mod.ts";

/** One case: the same experiment in one or more modes. */
export interface Case {
  /** The modes, in order. */
  readonly modes: readonly ModeName[];
  /** The number of delegated systems. */
  readonly systems: number;
  /** Seconds between updates. */
  readonly period: number;
  /** Simulated seconds. */
  readonly duration: number;
  /** Whether each release waits for its reply. */
  readonly deterministic: boolean;
  /** Simulated seconds per real second; 0 is as fast as possible. */
  readonly rate: number;
  /** Whether a printer shows each row. */
  readonly print: boolean;
  /** How the systems use up their periods. */
  readonly burn: Burn;
}
