/**
 * The `deno.json` that a module belongs to, so that a subprocess resolves its bare specifiers as the caller does.
 *
 * - It is the nearest one in the module's folder or above, as Deno itself finds it for a main module.
 * - Without the permission to read, or for a module that is no file, there is none.
 *
 * @example
 * ```ts
 * import { configOf } from "./deno_config.ts";
 *
 * if (configOf("data:text/javascript,") !== undefined) throw new Error("no file, no configuration");
 * ```
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const NAMES = ["deno.json", "deno.jsonc"];

/** The path of the configuration of a module's URL. */
export function configOf(module: string): string | undefined {
  if (!module.startsWith("file:")) return undefined;
  for (let folder = new URL(".", module);; folder = new URL("..", folder)) {
    const found = NAMES.map((name) => fileURLToPath(new URL(name, folder))).find(isFile);
    if (found !== undefined) return found;
    if (new URL("..", folder).href === folder.href) return undefined;
  }
}

function isFile(path: string): boolean {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return false;
  try {
    return Deno.statSync(path).isFile;
  } catch {
    // It does not exist, or is not for us to see.
    return false;
  }
}
