/**
 * Lets esbuild find what a bare specifier names: the file that Deno itself would load.
 *
 * `@std/cli` is in the import map and a local package stands behind it; npm packages are in Deno's own cache.
 *
 * @module
 */

import type { Plugin } from "esbuild";
import { fileURLToPath } from "node:url";

/** Resolves bare, `npm:` and `jsr:` specifiers as Deno does. */
export function resolveAsDeno(): Plugin {
  return {
    name: "resolve as Deno",
    setup({ onResolve }) {
      onResolve({ filter: /^[@a-zA-Z]/ }, ({ path }) => {
        if (path.startsWith("node:")) return { path, external: true };
        const url = import.meta.resolve(path);
        if (url.startsWith("file:")) return { path: fileURLToPath(url) };
        return { errors: [{ text: `Cannot bundle ${path}: it is ${url}, a file is wanted ("links" in deno.json)` }] };
      });
    },
  };
}
