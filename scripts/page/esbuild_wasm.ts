/**
 * esbuild in a browser, loaded when something is first bundled; its WebAssembly is a file of the page.
 */

import type { Esbuild } from "../../lib/scenario/mod.ts";

let loading: Promise<Esbuild> | undefined;

/**
 * Returns esbuild, on the page and in its workers, with the type that scenarios accept; the app knows its other types.
 */
export function esbuild(): Promise<Esbuild> {
  return loading ??= load();
}

async function load(): Promise<Esbuild> {
  const loaded: Esbuild & { initialize(options: { readonly wasmURL: string }): Promise<void> } = await import(
    "esbuild-wasm/esm/browser.js"
  );
  await loaded.initialize({ wasmURL: new URL("./esbuild.wasm", import.meta.url).href });
  return loaded;
}
