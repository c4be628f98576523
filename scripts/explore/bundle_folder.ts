/**
 * The folder in which commands keep bundles of scenarios: inside Deno's cache folder, never in a project.
 */

import { join } from "node:path";

/** The folder; undefined if it is unknown. */
export function bundleFolder(): string | undefined {
  const base = Deno.env.get("DENO_DIR") ?? under(caches(), "deno");
  return under(base, "holdfast");
}

/** The cache folder of this system. */
function caches(): string | undefined {
  const home = Deno.env.get("HOME");
  if (Deno.build.os === "windows") return Deno.env.get("LOCALAPPDATA");
  if (Deno.build.os === "darwin") return under(home, "Library/Caches");
  return Deno.env.get("XDG_CACHE_HOME") ?? under(home, ".cache");
}

function under(folder: string | undefined, name: string): string | undefined {
  return folder === undefined ? undefined : join(folder, name);
}
