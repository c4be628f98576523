/**
 * Prints the path of esbuild's program, the only one that `deno task bundle` runs.
 */

import { createRequire } from "node:module";
import process from "node:process";
import { ESBUILD } from "../packages.ts";

// The program is installed only when the package is loaded.
await import(ESBUILD);
const name = process.platform === "win32" ? "esbuild.exe" : "bin/esbuild";
const require = createRequire(import.meta.resolve(ESBUILD));
console.log(require.resolve(`@esbuild/${process.platform}-${process.arch}/${name}`));
