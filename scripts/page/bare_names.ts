/**
 * Lets esbuild find what the page's code imports by a bare name, such as `preact/hooks`: the pinned package.
 *
 * - The names and versions are those of the page's own `deno.json`, by which its types are checked as well.
 */

import type { Plugin } from "../bundle/esbuild.ts";
import { PAGE } from "../packages.ts";

/** The full specifier that a bare one stands for, or `undefined` where it is none of the page's. */
export function pinned(specifier: string): string | undefined {
  for (const [name, full] of Object.entries(PAGE)) {
    if (specifier === name || specifier.startsWith(`${name}/`)) return full + specifier.slice(name.length);
  }
  return undefined;
}

/** Puts full specifiers in the place of bare ones; it stands before `resolveAsDeno`. */
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

/** Downloads the packages, so that their files are there. */
export async function loadPackages(): Promise<void> {
  for (const specifier of Object.values(PAGE)) await import(specifier);
}
