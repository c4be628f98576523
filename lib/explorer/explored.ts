/** The result of exploring a program: no bug, a bug, or the requested outcome. */

import type { BugKind, RaceFinding } from "./finding.ts";
import type { OutcomeCount } from "./outcomes.ts";

/** The result of exploring a program. */
export type ExploreResult = ExploredWell | ExploredBug | ExploredOutcome;

/** The extent of the exploration. */
export interface ExploredRuns {
  /** The number of schedules run to their end. */
  readonly schedules: number;
  /** The number of runs that reached the step limit. */
  readonly tooLong: number;
  /**
   * The assumptions behind the result, as sentences such as "the loop at spin.ts:12 only waits"; empty if it needs
   * none.
   */
  readonly assumptions: readonly string[];
  /** The number of distinct outcomes found. */
  readonly distinct: number;
  /** The first 1,000 outcomes, each with the number of its schedules. */
  readonly outcomes: readonly OutcomeCount[];
}

/** The result if no bug, or not the requested outcome, was found. */
export interface ExploredWell extends ExploredRuns {
  /** `proved` if all interleavings have been run. */
  readonly verdict: "proved" | "not-exhausted";
  /** All schedules with at most this many preemptions have been run; undefined if no such number is known. */
  readonly covered: number | undefined;
  /**
   * The estimated chance that the next random schedule has an outcome that no earlier one had; undefined if none was
   * drawn.
   */
  readonly unseen: number | undefined;
  /** The greatest chance that a bug of this depth was missed; undefined if `pct` ran nothing. */
  readonly missed: { readonly depth: number; readonly chance: number } | undefined;
}

/** A run that shows a bug or the requested outcome. */
export interface Evidence {
  /** What happened. */
  readonly message: string;
  /** The schedule, as text that {@linkcode replay} accepts. */
  readonly schedule: string;
  /** The outcome of the run; undefined if the run does not end. */
  readonly outcome: unknown;
  /** The number of preemptions; for a livelock, those before the tasks take turns. */
  readonly preemptions: number;
  /** The number of steps, each an action of a task; for a livelock, those before the tasks take turns. */
  readonly steps: number;
  /** Whether every schedule with fewer preemptions has been run, and none shows it. */
  readonly minimal: boolean;
}

/** A run that shows a bug or the requested outcome, and the extent of the exploration. */
export interface ExploredEvidence extends ExploredRuns, Evidence {
  /** The number of schedules up to the one that shows it; those after it showed no better evidence. */
  readonly foundAt: number;
  /** Evidence with smaller parameters, if the program has any and such evidence was found. */
  readonly smaller?: SmallerEvidence;
  /** Whether all interleavings have been run; can be true only with `keepGoing`. */
  readonly exhausted: boolean;
}

/** The result if a bug was found. */
export interface ExploredBug extends ExploredEvidence {
  /** The discriminant. */
  readonly verdict: "bug";
  /** The kind of bug. */
  readonly kind: BugKind;
  /** The two accesses of a race. */
  readonly race?: RaceFinding;
  /**
   * For a race, whether the run's outcome is one that the tasks also have one after the other, so that only the race is
   * wrong.
   */
  readonly serial?: boolean;
  /** For a livelock or a starvation, the operations that the tasks repeat, one per line. */
  readonly loop?: readonly string[];
}

/** The result if the requested outcome was found. */
export interface ExploredOutcome extends ExploredEvidence {
  /** The discriminant. */
  readonly verdict: "found";
}

/** Evidence with smaller parameters. */
export interface SmallerEvidence extends Evidence {
  /** The values of all parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
