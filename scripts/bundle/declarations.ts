/**
 * Makes the type declarations of everything that `mod.ts` exports, with docs, as one file.
 */

import { fileURLToPath } from "node:url";
import { DECLARATIONS, ROLLUP, TYPESCRIPT } from "../packages.ts";

/** The part of rollup that is used. */
interface Rollup {
  rollup(options: Readonly<Record<string, unknown>>): Promise<{
    generate(options: { readonly format: "es" }): Promise<{ readonly output: readonly { readonly code: string }[] }>;
    close(): Promise<void>;
  }>;
}

/** Makes the declarations of the module at the root. */
export async function declarations(root: URL): Promise<string> {
  // Loaded first, so that the declaration generator finds this version.
  await import(TYPESCRIPT);
  const { rollup }: Rollup = await import(ROLLUP);
  const { dts }: { dts(options: unknown): unknown } = await import(DECLARATIONS);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
    allowImportingTsExtensions: true,
  };
  const bundle = await rollup({
    input: fileURLToPath(new URL("mod.ts", root)),
    external: /^(?:node|npm):/,
    plugins: [dts({ compilerOptions })],
    logLevel: "silent",
  });
  try {
    const { output } = await bundle.generate({ format: "es" });
    return output.map(({ code }) => code).join("");
  } finally {
    await bundle.close();
  }
}
