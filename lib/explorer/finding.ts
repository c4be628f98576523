/**
 * A bug that a run shows: its kind, and what is told of it.
 *
 * - Kinds in order of precedence: where a run shows several, the first one counts.
 * - A `hang`, an `unhandled-rejection` and a `late-rejection` are of scenarios alone (`lib/scenario`).
 */

import type { RaceAccess } from "./findings/race_detector.ts";

/** The kinds of bugs, in order of precedence. */
export const kinds = [
  "assertion",
  "dropped-steps",
  "deadlock",
  "self-deadlock",
  "hang",
  "lost-wakeup",
  "race",
  "orphaned-lock",
  "livelock",
  "starvation",
  "leak",
  "nondeterminism",
  "unhandled-rejection",
  "late-rejection",
  "exception",
] as const;

/** A kind of bug. */
export type BugKind = typeof kinds[number];

/** A bug. */
export interface Finding {
  /** What it is. */
  readonly kind: BugKind;
  /** What happened, with names. */
  readonly message: string;
  /** The two accesses of a race. */
  readonly race?: RaceFinding;
  /** What tasks do that livelock, or starve another, over and over, a line for each operation. */
  readonly loop?: readonly string[];
}

/** A race, with names. */
export interface RaceFinding {
  /** The word or the bytes. */
  readonly place: string;
  /** The access that came first in the run. */
  readonly first: RacingAccess;
  /** The other one. */
  readonly second: RacingAccess;
}

/** One of the two accesses of a race, with names. */
export interface RacingAccess {
  /** The task's name. */
  readonly task: string;
  /** What it did. */
  readonly kind: RaceAccess["kind"];
  /** The value that it stored or found; absent for bytes. */
  readonly value?: number | bigint;
  /** What it held then. */
  readonly holds: readonly string[];
  /** Which operation of the run it was, from 1. */
  readonly operation: number;
}
