/**
 * esbuild in a browser, loaded when something is bundled for the first time; its WebAssembly is a file of the page.
 */

/** It has one interface, and a file of its own for browsers. */
export type Esbuild = typeof import("esbuild-wasm");

let loading: Promise<Esbuild> | undefined;

/** Gives it, on the page and in its workers. */
export function esbuild(): Promise<Esbuild> {
  return loading ??= load();
}

async function load(): Promise<Esbuild> {
  const loaded: Esbuild = await import("esbuild-wasm/esm/browser.js");
  await loaded.initialize({ wasmURL: new URL("./esbuild.wasm", import.meta.url).href });
  return loaded;
}
