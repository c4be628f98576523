/**
 * The text of the world that realms evaluate: `world/main.ts`, bundled. A bundle of the library contains the text
 * instead of this.
 */

import { bundled, bundledFile, type Keeping } from "./bundle.ts";
import type { Esbuild } from "./esbuild.ts";

let text: Promise<string> | undefined;

/** Bundles the world, once, and returns its text. */
export function worldText(esbuild: Esbuild, keeping: Keeping = {}): Promise<string> {
  text ??= bundledWorld(esbuild, keeping).catch((error: unknown) => {
    text = undefined;
    throw error;
  });
  return text;
}

async function bundledWorld(esbuild: Esbuild, keeping: Keeping): Promise<string> {
  const url = import.meta.resolve("./world/main.ts");
  if (url.startsWith("file:")) return await bundledFile(url, esbuild, keeping);
  const { code } = await bundled(url, esbuild, keeping);
  return code;
}
