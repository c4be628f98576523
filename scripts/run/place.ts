/**
 * Where a program stands, for people: `phil.ts:14`, the path as seen from here where that is the shorter one.
 */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { FarError } from "../../lib/errors.ts";
import { sourceLine } from "../../lib/program/mod.ts";

/** Where an error was thrown, or where it came into the program; undefined where its stack tells of no program. */
export function placeOf(far: Pick<FarError, "stack"> | undefined): string | undefined {
  const source = far === undefined ? undefined : sourceLine(far);
  const [, url, line] = /^(.*):(\d+):\d+$/.exec(source ?? "") ?? [];
  return url === undefined ? undefined : `${shortName(url)}:${line}`;
}

/** A path from here, where that is the shorter one. */
export function shortName(url: string): string {
  if (!url.startsWith("file:")) return url;
  const path = relative(Deno.cwd(), fileURLToPath(url));
  return path.startsWith("..") ? url.slice(url.lastIndexOf("/") + 1) : path;
}
