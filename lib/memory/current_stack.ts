/**
 * Errors thrown into steps from outside, such as a deadlock, with a stack trace that shows where the steps stand; where
 * the error was created means nothing to the author of the steps. If stack traces are turned off, they get none.
 */

/** The most calls between a program and the operation in which it waits. */
const MOST_CALLS = 50;

/** Gives an error the stack trace of the current call, from above `within` on; returns the error. */
export function withCurrentStack(error: unknown, within: (...args: never[]) => unknown): unknown {
  if (!(error instanceof Error)) return error;
  const limit = Error.stackTraceLimit;
  if (limit !== 0) Error.stackTraceLimit = MOST_CALLS;
  try {
    Error.captureStackTrace(error, within);
  } catch {
    // A frozen error stays as it is.
  } finally {
    Error.stackTraceLimit = limit;
  }
  return error;
}
