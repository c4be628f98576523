/**
 * The line of a program from which the library is called, as `file:///x.ts:12:5`.
 *
 * - A line of this library is not meant, but that of its caller. Of a copy of the library elsewhere nothing is known.
 *
 * @module
 */

/** The layers whose lines are not the program's. */
const OWN = ["memory", "sync", "mailbox", "program", "explorer", "testing"].map((layer) => {
  return new URL(`../${layer}/`, import.meta.url).href;
});

/** Where the program is, as far as this is called from one. */
export function caller(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = limit;
  for (const line of stack.split("\n").slice(1)) {
    const [, place, url = ""] = /(([a-z]+:.*):\d+:\d+)\)?$/.exec(line) ?? [];
    if (place === undefined || OWN.some((own) => url.startsWith(own))) continue;
    // In a row where the runtime itself calls, nobody is behind it.
    return url.startsWith("ext:") || url.startsWith("node:") ? undefined : place.replace(/^async /, "");
  }
  return undefined;
}
