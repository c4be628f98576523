/**
 * Bundles a module in the browser with esbuild, which is loaded when the first one is.
 *
 * - The library stays outside: whatever it is called in the module, `holdfast.browser.js` takes its place.
 * - Nothing else can be imported: the module is one file.
 */

import type { BuildFailure, Message, Plugin } from "esbuild-wasm";
import { esbuild } from "../../esbuild_wasm.ts";

/** What came of a module's text. */
export type Bundled = { readonly code: string } | { readonly faults: readonly Fault[] };

/** What is wrong with it, and where. */
export interface Fault {
  readonly text: string;
  /** Counts from 1; absent where it is nowhere. */
  readonly line?: number;
  readonly column?: number;
  /** The text of the line. */
  readonly shown?: string;
}

/** Bundles it. */
export async function bundle(text: string): Promise<Bundled> {
  const { build } = await esbuild() as unknown as typeof import("esbuild-wasm");
  try {
    const { outputFiles } = await build({
      stdin: { contents: text, loader: "ts", sourcefile: "own.ts" },
      bundle: true,
      write: false,
      format: "esm",
      target: "es2024",
      charset: "utf8",
      logLevel: "silent",
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      plugins: [library()],
    });
    return { code: outputFiles.map((file) => file.text).join("") };
  } catch (error) {
    const { errors } = error as BuildFailure;
    if (!Array.isArray(errors)) throw error;
    return { faults: errors.map(faultOf) };
  }
}

/** What the library may be called: by package, by URL, by a path to its `mod.ts`. */
const LIBRARY = /^(jsr:|npm:)?@?holdfast(\/holdfast)?(@[^/]*)?$|\/mod\.ts$|\/holdfast(\.\w+)?\.js$/;

function library(): Plugin {
  return {
    name: "library",
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ path, kind }) => {
        if (kind === "entry-point") return undefined;
        if (LIBRARY.test(path)) {
          return { path: new URL("./holdfast.browser.js", document.baseURI).href, external: true };
        }
        return {
          errors: [{ text: `Cannot import ${path}: the page knows the library alone, a module in one file is wanted` }],
        };
      });
    },
  };
}

function faultOf({ text, location }: Message): Fault {
  if (location === null) return { text };
  return { text, line: location.line, column: location.column + 1, shown: location.lineText };
}
