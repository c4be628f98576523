/**
 * The scenarios that the page shows: the modules of `lib/scenario/examples`, by their names.
 *
 * - Each exports a scenario that fails, by default, and its twin `fixed`.
 */

/** Their names. */
export const scenarioNames = [
  "late_answer",
  "stampede",
  "check_then_act",
  "unsubscribe",
  "retry",
  "token_refresh",
  "double_release",
  "close_during_flush",
] as const;

/** One of them. */
export type ScenarioName = typeof scenarioNames[number];
