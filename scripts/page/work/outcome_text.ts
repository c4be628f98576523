/**
 * An outcome as people read it: as data, but for tasks that failed, of which it tells who failed with what.
 *
 * - Outcomes that differ may read alike then: what tells them apart is their data.
 */

import { dataText, isFailed } from "../holdfast.ts";

/** An outcome as a short text. */
export function outcomeText(outcome: unknown): string {
  if (!isFailed(outcome)) return dataText(outcome);
  return outcome.failed.map(({ task, error }) => `${task}: ${error}`).join(", ");
}
