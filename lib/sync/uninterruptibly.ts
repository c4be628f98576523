/**
 * Work that an interruption must not prevent, because others wait for it.
 */

import { NotRecoverableError, StoppedError } from "../errors.ts";
import type { Steps } from "../memory/mod.ts";

/** What was thrown. */
export interface Failure {
  /** The error. */
  readonly error: unknown;
}

/**
 * Repeats `act` until it completes despite interruptions. Returns its value, and the first interruption as `failure`.
 */
export function* uninterruptibly<T>(
  act: () => Steps<T>,
): Steps<{ readonly value: T; readonly failure: Failure | undefined }> {
  let failure: Failure | undefined;
  for (;;) {
    try {
      return { value: yield* act(), failure };
    } catch (error) {
      // Errors that no repetition can fix.
      if (error instanceof NotRecoverableError || error instanceof StoppedError) throw error;
      failure ??= { error };
    }
  }
}
