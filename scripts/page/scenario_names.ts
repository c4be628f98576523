/**
 * The scenarios that the page shows: the modules of `lib/scenario/examples`, by name.
 *
 * - The default export of each is a scenario that fails, and `fixed` is its corrected twin.
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
