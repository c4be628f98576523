/**
 * The line of a program from which the library is called, as `file:///x.ts:12:5`.
 *
 * - A line of this library is not meant, but that of its caller. Of a copy of the library elsewhere nothing is known.
 */

/** The folder of the library, or the one file that it was bundled into. */
const LIBRARY = import.meta.url.replace(/program\/source_line\.ts$/, "");
/** The layer whose lines are programs'. */
const PROGRAMS = `${LIBRARY}programs/`;

/** How many calls may be between a program and what it makes. */
const MOST_CALLS = 100;

/** An error that knows where it was made, however deep that is. */
export function deepError(): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MOST_CALLS;
  const error = new Error();
  Error.stackTraceLimit = limit;
  return error;
}

/** Whether a place is in the program: neither in this library nor in the runtime. */
function isOwn(url: string): boolean {
  if (url.startsWith("ext:") || url.startsWith("node:")) return false;
  return !url.startsWith(LIBRARY) || url.startsWith(PROGRAMS);
}

/** The calls of a stack that are the program's, a line each, innermost first; none where no program is in it. */
export function ownFrames(stack: string): string[] {
  return stack.split("\n").filter((line) => {
    const [, url] = /^\s+at .*?((?:[a-z]+:)[^()]*):\d+:\d+\)?$/.exec(line) ?? [];
    return url !== undefined && isOwn(url);
  });
}

/** Where the program is, or was when an error was made, as far as this is called from one. */
export function sourceLine({ stack = "" }: { readonly stack?: string } = deepError()): string | undefined {
  for (const line of stack.split("\n").slice(1)) {
    const [, place, url = ""] = /(([a-z]+:.*):\d+:\d+)\)?$/.exec(line) ?? [];
    if (place === undefined || (url.startsWith(LIBRARY) && !url.startsWith(PROGRAMS))) continue;
    // In a row where the runtime itself calls, nobody is behind it.
    return url.startsWith("ext:") || url.startsWith("node:") ? undefined : place.replace(/^async /, "");
  }
  return undefined;
}
