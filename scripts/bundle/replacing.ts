/**
 * Another module in the place of one that is bundled.
 */

import type { Plugin } from "./esbuild.ts";

/** Puts a text in the place of the modules whose path it matches; its imports are those of a file there. */
export function replacing(filter: RegExp, contents: string): Plugin {
  return { name: "replacing", setup: ({ onLoad }) => onLoad({ filter }, () => ({ contents, loader: "js" })) };
}
