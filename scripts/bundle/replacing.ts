/**
 * Replaces a module while bundling.
 */

import type { Plugin } from "./esbuild.ts";

/** Replaces the modules whose path matches with a text; its imports resolve as those of a file there. */
export function replacing(filter: RegExp, contents: string): Plugin {
  return { name: "replacing", setup: ({ onLoad }) => onLoad({ filter }, () => ({ contents, loader: "js" })) };
}
