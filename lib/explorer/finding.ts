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

/** A bug, as far as its rank depends on it. */
export interface Ranked {
  /** The kind of the bug. */
  readonly kind: BugKind;
  /** For a race, whether the tasks also have its outcome one after the other. */
  readonly serial?: boolean | undefined;
}

/** The rank of a run that shows a bug. */
export interface RankedRun extends Ranked {
  /** The number of preemptions. */
  readonly preemptions: number;
  /** The number of steps. */
  readonly steps: number;
}

/**
 * The rank of a bug: lower is better evidence. A race whose outcome the tasks also have one after the other ranks just
 * below other races.
 */
export function rankOf({ kind, serial = false }: Ranked): number {
  return 2 * kinds.indexOf(kind) + (serial ? 1 : 0);
}

/** Whether a run is better evidence than another: by rank, then by fewer preemptions, then by fewer steps. */
export function isBetterEvidence(one: RankedRun, other: RankedRun): boolean {
  return (rankOf(one) - rankOf(other) || one.preemptions - other.preemptions || one.steps - other.steps) < 0;
}

/** Whether better evidence may exist: a bug whose kind has precedence, or a race that changes the outcome. */
export function isWeak({ kind, serial }: Ranked): boolean {
  const isCertain = kind === "nondeterminism" || kind === "livelock";
  return !isCertain && rankOf({ kind, serial }) > rankOf({ kind: "race" });
}
