/**
 * Lets esbuild resolve a bare name in the page's code, such as `preact/hooks`, to the pinned package.
 *
 * - The names and versions are those of the page's own `deno.json`, which its type check uses as well.
 */

import type { Plugin } from "../bundle/esbuild.ts";
import { PAGE } from "../packages.ts";

/** The full specifier for a bare one, or `undefined` if it is not one of the page's. */
export function pinned(specifier: string): string | undefined {
  for (const [name, full] of Object.entries(PAGE)) {
    if (specifier === name || specifier.startsWith(`${name}/`)) return full + specifier.slice(name.length);
  }
  return undefined;
}

/** Replaces bare specifiers with full ones; use it before `resolveAsDeno`. */
export function bareNames(): Plugin {
  return {
    name: "bare names",
    setup(build) {
      build.onResolve({ filter: /^[@a-z]/ }, async ({ path, kind, resolveDir }) => {
        const full = pinned(path);
        return full === undefined ? undefined : await build.resolve(full, { kind, resolveDir });
      });
    },
  };
}

/** Downloads the packages. */
export async function loadPackages(): Promise<void> {
  for (const specifier of Object.values(PAGE)) await import(specifier);
}
