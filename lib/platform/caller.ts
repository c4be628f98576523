/**
 * Errors that reach a caller by a promise: their stacks show where the caller waits, since where they were made, in the
 * handler of a message, says nothing to whoever called.
 */

/** The folder of the library, or the one file that it was bundled into. */
const LIBRARY = import.meta.url.replace(/platform\/caller\.ts$/, "");

/** Waits for a promise; what it rejects with shows where its caller stands. */
export async function forCaller<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw fromCaller(error, forCaller);
  }
}

/** Gives an error the stack of whoever waits for the function `within`, and hands it back. */
export function fromCaller(error: unknown, within: (...args: never[]) => unknown): unknown {
  if (!(error instanceof Error)) return error;
  const at: { stack?: string } = {};
  Error.captureStackTrace(at, within);
  const frames = (at.stack ?? "").split("\n").filter((line) =>
    /^\s+at /.test(line) && !line.includes(LIBRARY) && !line.includes("(ext:")
  );
  // Who waits in another way than by await is not known: then the stack stays.
  if (frames.length === 0) return error;
  Object.defineProperty(error, "stack", {
    value: [`${error.name}: ${error.message}`, ...frames].join("\n"),
    configurable: true,
    writable: true,
  });
  return error;
}
