/**
 * The compiler options of a project's `deno.json` that esbuild respects: those for decorators and JSX.
 *
 * - The nearest file counts, as in Deno. A file that cannot be read counts as empty.
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HEEDED = ["experimentalDecorators", "jsx", "jsxFactory", "jsxFragmentFactory", "jsxImportSource"];

/** The compiler options for a module. */
export function compilerOptionsOf(url: string): Readonly<Record<string, unknown>> {
  if (!url.startsWith("file:")) return {};
  for (let folder = dirname(fileURLToPath(url));; folder = dirname(folder)) {
    for (const file of ["deno.json", "deno.jsonc"]) {
      const text = textOf(join(folder, file));
      if (text !== undefined) return heeded(text);
    }
    if (dirname(folder) === folder) return {};
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function heeded(text: string): Readonly<Record<string, unknown>> {
  // Removes comments and trailing commas, but not within strings.
  const plain = text.replaceAll(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "$1")
    .replaceAll(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, "$1");
  try {
    const { compilerOptions = {} }: { readonly compilerOptions?: Readonly<Record<string, unknown>> } = JSON.parse(
      plain,
    );
    return Object.fromEntries(
      HEEDED.filter((name) => name in compilerOptions).map((name) => [name, compilerOptions[name]]),
    );
  } catch {
    return {};
  }
}
