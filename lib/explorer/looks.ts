/**
 * What the tasks of a program look at, which decides what may be left out of its runs.
 *
 * - `clock`: a task reads the time, and not only to know until when to wait. Else no action touches the clock: any time may
 *   come at any point, and all that differs is which.
 * - `waits`: a task asks who waits. Else nobody can tell whether a call that cannot go on waits or comes later.
 * - Both are found out while runs are performed: then the search begins again, with that known ({@linkcode SeenError}).
 */

import type { Operation } from "../memory/mod.ts";
import { STATISTICS } from "../sync/mod.ts";

/** What the tasks of a program look at, which decides what may be left out of its runs. */
export interface Looks {
  /** Whether a task reads the time. */
  readonly clock: boolean;
  /** Whether a task asks who waits. */
  readonly waits: boolean;
}

/** Nothing. */
export const NO_LOOKS: Looks = { clock: false, waits: false };

/** Thrown where the search is to begin again, because tasks look at more than it was made for. */
export class SeenError extends Error {
  /** The class name. */
  override readonly name = "SeenError";
  /** What they look at. */
  readonly looks: Looks;

  /** Says what tasks look at. */
  constructor(looks: Looks) {
    super("Cannot go on: the tasks look at more than was known, a search that begins again is wanted");
    this.looks = looks;
  }
}

/** What is looked at when an operation is performed, too. */
export function looksWith(looks: Looks, operation: Operation): Looks {
  if (operation.kind === "now" && !operation.starts && !looks.clock) return { ...looks, clock: true };
  if (operation.kind === "call" && operation.method === STATISTICS && !looks.waits) return { ...looks, waits: true };
  return looks;
}
