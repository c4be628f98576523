/**
 * The line of a program from which the library was called, as `file:///x.ts:12:5`.
 *
 * - It is the line of the library's caller, not of this library. The code of another copy of the library is not
 *   recognized.
 */

/** The folder of the library, or the file into which it was bundled. */
const LIBRARY = import.meta.url.replace(/program\/source_line\.ts$/, "");
/** The layer of the library that counts as programs. */
const PROGRAMS = `${LIBRARY}programs/`;

/** The most calls between a program and what it creates. */
const MOST_CALLS = 100;

/** An error with a stack trace deep enough to show where it was created. */
export function deepError(): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MOST_CALLS;
  const error = new Error();
  Error.stackTraceLimit = limit;
  return error;
}

/** Whether a location is in the program: neither in this library nor in the runtime. */
function isOwn(url: string): boolean {
  if (url.startsWith("ext:") || url.startsWith("node:")) return false;
  return !url.startsWith(LIBRARY) || url.startsWith(PROGRAMS);
}

/** The stack frames that belong to the program, one line each, innermost first; empty if there are none. */
export function ownFrames(stack: string): string[] {
  return stack.split("\n").filter((line) => {
    const [, url] = /^\s+at .*?((?:[a-z]+:)[^()]*):\d+:\d+\)?$/.exec(line) ?? [];
    return url !== undefined && isOwn(url);
  });
}

/** The location in the program that led here, or to the creation of an error, if any. */
export function sourceLine({ stack = "" }: { readonly stack?: string } = deepError()): string | undefined {
  for (const line of stack.split("\n").slice(1)) {
    const [, place, url = ""] = /(([a-z]+:.*):\d+:\d+)\)?$/.exec(line) ?? [];
    if (place === undefined || (url.startsWith(LIBRARY) && !url.startsWith(PROGRAMS))) continue;
    // If the runtime itself made the call, no program is behind it.
    return url.startsWith("ext:") || url.startsWith("node:") ? undefined : place.replace(/^async /, "");
  }
  return undefined;
}
