/**
 * The platforms that the module is bundled for: each bundle, with the guests inside it, holds one file of `lib/platform`.
 */

import type { Plugin } from "./esbuild.ts";
import { replacing } from "./replacing.ts";
import { withoutNode } from "./without_node.ts";

/** The platforms, each with the file that is its bundle. */
export const PLATFORMS = {
  deno: "holdfast.js",
  node: "holdfast.node.js",
  browser: "holdfast.browser.js",
} as const;

export type PlatformName = keyof typeof PLATFORMS;

/** Puts the files of a platform in the place of Deno's. */
export function onPlatform(name: PlatformName): readonly Plugin[] {
  if (name === "deno") return [];
  const files = ["", "_child"].map((part) => {
    return replacing(
      new RegExp(`[\\\\/]lib[\\\\/]platform[\\\\/]deno${part}\\.ts$`),
      `export * from "./${name}${part}.ts";`,
    );
  });
  if (name !== "browser") return files;
  // A browser finds modules by URL, and has no contexts.
  const scenarios = ["graph", "vm_ground"].map((file) => {
    return replacing(
      new RegExp(`[\\\\/]lib[\\\\/]scenario[\\\\/]${file}\\.ts$`),
      `export * from "./browser/${file}.ts";`,
    );
  });
  return [...files, ...scenarios, withoutNode()];
}
