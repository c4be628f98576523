/**
 * A bug that a run shows: its kind and its description.
 *
 * - The kinds are in order of precedence: if a run shows several, the first one counts.
 * - Only scenarios (`lib/scenario`) have a `hang`, an `unhandled-rejection` or a `late-rejection`.
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
  /** The kind of bug. */
  readonly kind: BugKind;
  /** What happened. */
  readonly message: string;
  /** The two accesses of a race. */
  readonly race?: RaceFinding;
  /** For a livelock or a starvation, the operations that the tasks repeat, one per line. */
  readonly loop?: readonly string[];
}

/** A data race. */
export interface RaceFinding {
  /** The name of the word or the range of bytes. */
  readonly place: string;
  /** The access that came first in the run. */
  readonly first: RacingAccess;
  /** The access that came second. */
  readonly second: RacingAccess;
}

/** One of the two accesses of a data race. */
export interface RacingAccess {
  /** The task's name. */
  readonly task: string;
  /** The kind of access. */
  readonly kind: RaceAccess["kind"];
  /** The value that it stored or read; absent for bytes. */
  readonly value?: number | bigint;
  /** The names of the things that the task held at the time. */
  readonly holds: readonly string[];
  /** The number of the operation in the run, from 1. */
  readonly operation: number;
}
