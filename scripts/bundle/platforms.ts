/**
 * The platforms for which the module is bundled. Each bundle, guests included, contains the files of `lib/platform` for
 * one of them.
 */

import type { Plugin } from "./esbuild.ts";
import { replacing } from "./replacing.ts";
import { withoutNode } from "./without_node.ts";

/** The platforms, each with the file name of its bundle. */
export const PLATFORMS = {
  deno: "holdfast.js",
  node: "holdfast.node.js",
  browser: "holdfast.browser.js",
} as const;

export type PlatformName = keyof typeof PLATFORMS;

/** Replaces Deno's files with those of a platform. */
export function onPlatform(name: PlatformName): readonly Plugin[] {
  if (name === "deno") return [];
  const files = ["", "_child"].map((part) => {
    return replacing(
      new RegExp(`[\\\\/]lib[\\\\/]platform[\\\\/]deno${part}\\.ts$`),
      `export * from "./${name}${part}.ts";`,
    );
  });
  if (name !== "browser") return files;
  // A browser resolves modules by URL, and has no `node:vm` contexts.
  const scenarios = ["graph", "vm_ground"].map((file) => {
    return replacing(
      new RegExp(`[\\\\/]lib[\\\\/]scenario[\\\\/]${file}\\.ts$`),
      `export * from "./browser/${file}.ts";`,
    );
  });
  return [...files, ...scenarios, withoutNode()];
}
