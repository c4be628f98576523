/**
 * Errors that reach a caller by a promise, with a stack trace that shows where the caller waits; the message handler in
 * which they were created means nothing to the caller.
 */

/** The folder of the library, or the file into which it was bundled. */
const LIBRARY = import.meta.url.replace(/platform\/caller\.ts$/, "");

/** Waits for a promise; a rejection shows where its caller waits. */
export async function forCaller<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw fromCaller(error, forCaller);
  }
}

/** Gives an error the stack trace of the code that awaits the function `within`; returns the error. */
export function fromCaller(error: unknown, within: (...args: never[]) => unknown): unknown {
  if (!(error instanceof Error)) return error;
  const at: { stack?: string } = {};
  Error.captureStackTrace(at, within);
  const frames = (at.stack ?? "").split("\n").filter((line) =>
    /^\s+at /.test(line) && !line.includes(LIBRARY) && !line.includes("(ext:")
  );
  // A caller that waits without await is not known; the stack then stays.
  if (frames.length === 0) return error;
  Object.defineProperty(error, "stack", {
    value: [`${error.name}: ${error.message}`, ...frames].join("\n"),
    configurable: true,
    writable: true,
  });
  return error;
}
