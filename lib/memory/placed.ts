/**
 * An error that is thrown into steps from outside, such as a deadlock: its stack shows where the steps stand, since where it
 * was made says nothing to whoever wrote them. Where errors are to have no stack, it gets none.
 */

/** How many calls may be between a program and the operation that it waits in. */
const MOST_CALLS = 50;

/** Gives an error the stack of whoever calls this, from above `within` on, and hands it back. */
export function placed(error: unknown, within: (...args: never[]) => unknown): unknown {
  if (!(error instanceof Error)) return error;
  const limit = Error.stackTraceLimit;
  if (limit !== 0) Error.stackTraceLimit = MOST_CALLS;
  try {
    Error.captureStackTrace(error, within);
  } catch {
    // It is frozen, and stays as it is.
  } finally {
    Error.stackTraceLimit = limit;
  }
  return error;
}
