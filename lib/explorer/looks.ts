/**
 * What the tasks of a program look at, which determines the runs that may be left out.
 *
 * - `clock`: a task reads the time, and not only to compute a deadline. Otherwise no action accesses the clock: any
 *   deadline may expire at any point, and only which one matters.
 * - `waits`: a task asks who waits. Otherwise nobody can tell whether a call that cannot continue waits or simply comes
 *   later.
 * - Both are discovered while runs are performed; then the search starts over with that knowledge
 *   ({@linkcode SeenError}).
 */

import type { Operation } from "../memory/mod.ts";
import { STATISTICS } from "../sync/mod.ts";

/** What the tasks of a program look at, which determines the runs that may be left out. */
export interface Looks {
  /** Whether a task reads the time. */
  readonly clock: boolean;
  /** Whether a task asks who waits. */
  readonly waits: boolean;
}

/** The tasks look at nothing. */
export const NO_LOOKS: Looks = { clock: false, waits: false };

/** Thrown to start the search over, because tasks look at more than was known. */
export class SeenError extends Error {
  /** The class name. */
  override readonly name = "SeenError";
  /** What the tasks look at. */
  readonly looks: Looks;

  /** Creates the error. */
  constructor(looks: Looks) {
    super("Cannot go on: the tasks look at more than was known, a search that begins again is wanted");
    this.looks = looks;
  }
}

/** What is looked at once an operation is performed too. */
export function looksWith(looks: Looks, operation: Operation): Looks {
  if (operation.kind === "now" && !operation.starts && !looks.clock) return { ...looks, clock: true };
  if (operation.kind === "call" && operation.method === STATISTICS && !looks.waits) return { ...looks, waits: true };
  return looks;
}
