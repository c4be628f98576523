/** The goal of a search in a scenario: any bug, kinds of bugs, or an outcome. */

import { type BugKind, type Found, kinds } from "../explorer/mod.ts";
import type { Performed } from "./live.ts";

/** The goal of a search. */
export interface ScenarioGoal {
  /** The outcome, as text; if given, bugs do not count. */
  readonly outcome?: string | undefined;
  /** The kinds of bugs to ignore. */
  readonly ignore: readonly BugKind[];
}

/** The finding of a run that matches the goal; undefined if there is none. */
export function findingOf(
  { judged: { text, finding } }: Performed,
  { outcome }: ScenarioGoal,
): Performed["judged"]["finding"] {
  if (outcome === undefined) return finding;
  return outcome === text && finding === undefined
    ? { kind: "assertion", message: `the outcome is ${text}` }
    : undefined;
}

/** The finding that matches the goal, with the run that shows it. */
export function foundIn(run: Performed, goal: ScenarioGoal): Found | undefined {
  const finding = findingOf(run, goal);
  if (finding === undefined) return undefined;
  const { departures, preemptions, steps } = run;
  return { ...finding, departures, preemptions, steps };
}

/** The kinds of bugs that a scenario can have. */
export const scenarioKinds: readonly BugKind[] = kinds.filter((kind) =>
  ["assertion", "hang", "livelock", "leak", "nondeterminism", "unhandled-rejection", "late-rejection", "exception"]
    .includes(kind)
);
