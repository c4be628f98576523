/**
 * What exploring a program comes to: no bug, a bug, or the outcome that was looked for.
 */

import type { BugKind, RaceFinding } from "./finding.ts";
import type { OutcomeCount } from "./outcomes.ts";

/** What exploring came to. */
export type ExploreResult = ExploredWell | ExploredBug | ExploredOutcome;

/** How much was explored. */
export interface ExploredRuns {
  /** How many schedules were run to their end. */
  readonly schedules: number;
  /** How many runs came to the step limit. */
  readonly tooLong: number;
  /** What is taken for granted, in sentences such as "the loop at spin.ts:12 only waits": none where all is certain. */
  readonly assumptions: readonly string[];
  /** How many distinct outcomes there are, as far as is known. */
  readonly distinct: number;
  /** The first 1,000 of them, with how many schedules had each. */
  readonly outcomes: readonly OutcomeCount[];
}

/** No bug, or not what was looked for. */
export interface ExploredWell extends ExploredRuns {
  /** Whether all interleavings have been run. */
  readonly verdict: "proved" | "not-exhausted";
  /** All schedules with at most so many preemptions have been run; undefined where none can be said. */
  readonly covered: number | undefined;
  /** How likely the next schedule that is drawn by lot has an outcome that no such one had; undefined where none was drawn. */
  readonly unseen: number | undefined;
  /** How likely a bug of that depth was missed, at most; undefined where `pct` ran nothing. */
  readonly missed: { readonly depth: number; readonly chance: number } | undefined;
}

/** A run that shows something. */
export interface Evidence {
  /** What happened, with names. */
  readonly message: string;
  /** What replays it. */
  readonly schedule: string;
  /** What the run comes to; undefined where it does not come to its end. */
  readonly outcome: unknown;
  /** The preemptions of the schedule; of a livelock, those before the tasks take turns. */
  readonly preemptions: number;
  /** The steps of the schedule, each an action of a task; of a livelock, those before the tasks take turns. */
  readonly steps: number;
  /** Whether every schedule with fewer preemptions has been run, and none shows it. */
  readonly minimal: boolean;
}

/** A run that shows something, and more about it. */
export interface ExploredEvidence extends ExploredRuns, Evidence {
  /** The same with smaller parameters, if the program has any and that was found. */
  readonly smaller?: SmallerEvidence;
  /** Whether all interleavings have been run: where it was to keep going. */
  readonly exhausted: boolean;
}

/** A bug. */
export interface ExploredBug extends ExploredEvidence {
  /** There is a bug. */
  readonly verdict: "bug";
  /** What it is. */
  readonly kind: BugKind;
  /** The two accesses of a race. */
  readonly race?: RaceFinding;
  /** Of a race, whether the run comes to what the tasks come to one after the other: nothing shows but the race itself. */
  readonly serial?: boolean;
  /** What livelocked tasks do over and over, a line for each operation. */
  readonly loop?: readonly string[];
}

/** The outcome that was looked for. */
export interface ExploredOutcome extends ExploredEvidence {
  /** A schedule comes to it. */
  readonly verdict: "found";
}

/** The same with smaller parameters. */
export interface SmallerEvidence extends Evidence {
  /** All parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
