/**
 * Places in programs, for people: `phil.ts:14`, with the relative path if that is shorter.
 */

import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { FarError } from "../../lib/errors.ts";
import { sourceLine } from "../../lib/program/mod.ts";

/** Where an error was thrown in the program, or reached it; undefined if its stack contains no program. */
export function placeOf(far: Pick<FarError, "stack"> | undefined): string | undefined {
  const source = far === undefined ? undefined : sourceLine(far);
  const [, url, line] = /^(.*):(\d+):\d+$/.exec(source ?? "") ?? [];
  return url === undefined ? undefined : `${shortName(url)}:${line}`;
}

/** The path of a file, relative if that is shorter. */
export function shortName(url: string): string {
  if (!url.startsWith("file:")) return url;
  const path = relative(Deno.cwd(), fileURLToPath(url));
  return path.startsWith("..") ? basename(path) : path;
}
