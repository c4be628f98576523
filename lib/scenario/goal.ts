/**
 * What is looked for in the runs of a scenario: any bug, kinds of bugs, or an outcome.
 */

import { type BugKind, type Found, kinds } from "../explorer/mod.ts";
import type { Performed } from "./live.ts";

/** What is looked for. */
export interface ScenarioGoal {
  /** The outcome, as text: then no bug counts. */
  readonly outcome?: string | undefined;
  /** The kinds that do not count. */
  readonly ignore: readonly BugKind[];
}

/** What a run shows of what is looked for, undefined where that is nothing. */
export function findingOf(
  { judged: { text, finding } }: Performed,
  { outcome }: ScenarioGoal,
): Performed["judged"]["finding"] {
  if (outcome === undefined) return finding;
  return outcome === text && finding === undefined
    ? { kind: "assertion", message: `the outcome is ${text}` }
    : undefined;
}

/** The same, with the run that shows it. */
export function foundIn(run: Performed, goal: ScenarioGoal): Found | undefined {
  const finding = findingOf(run, goal);
  if (finding === undefined) return undefined;
  const { departures, preemptions, steps } = run;
  return { ...finding, departures, preemptions, steps };
}

/** The kinds that a scenario can show. */
export const scenarioKinds: readonly BugKind[] = kinds.filter((kind) =>
  ["assertion", "hang", "livelock", "leak", "nondeterminism", "unhandled-rejection", "late-rejection", "exception"]
    .includes(kind)
);
