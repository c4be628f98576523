/**
 * What an interruption must not prevent, because others wait for it.
 */

import { NotRecoverableError, StoppedError } from "../errors.ts";
import type { Steps } from "../memory/mod.ts";

/** What was thrown. */
export interface Failure {
  /** The error. */
  readonly error: unknown;
}

/** Does what an interruption must not prevent: again until it is done. The first interruption comes with the value. */
export function* insist<T>(act: () => Steps<T>): Steps<{ readonly value: T; readonly failure: Failure | undefined }> {
  let failure: Failure | undefined;
  for (;;) {
    try {
      return { value: yield* act(), failure };
    } catch (error) {
      // What no repetition mends.
      if (error instanceof NotRecoverableError || error instanceof StoppedError) throw error;
      failure ??= { error };
    }
  }
}
