/**
 * Where commands keep the bundles of scenarios: in the folder in which Deno keeps what it has downloaded, never in a project.
 */

import { join } from "node:path";

/** The folder; undefined where nobody knows one. */
export function bundleFolder(): string | undefined {
  const base = Deno.env.get("DENO_DIR") ?? under(caches(), "deno");
  return under(base, "holdfast");
}

/** Where this system has caches. */
function caches(): string | undefined {
  const home = Deno.env.get("HOME");
  if (Deno.build.os === "windows") return Deno.env.get("LOCALAPPDATA");
  if (Deno.build.os === "darwin") return under(home, "Library/Caches");
  return Deno.env.get("XDG_CACHE_HOME") ?? under(home, ".cache");
}

function under(folder: string | undefined, name: string): string | undefined {
  return folder === undefined ? undefined : join(folder, name);
}
