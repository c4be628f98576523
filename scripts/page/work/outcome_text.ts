/**
 * The text of an outcome: its data, or, if tasks failed, which task failed with what.
 *
 * - Different outcomes may then have the same text; only their data tells them apart.
 */

import { dataText, isFailed } from "../holdfast.ts";

/** The short text of an outcome. */
export function outcomeText(outcome: unknown): string {
  if (!isFailed(outcome)) return dataText(outcome);
  return outcome.failed.map(({ task, error }) => `${task}: ${error}`).join(", ");
}
