/**
 * Prints the path of esbuild's program, the only one that `deno task bundle` runs.
 */

import { createRequire } from "node:module";
import process from "node:process";

// It is never called: it puts the package among what Deno fetches for this module.
export const load = () => import("esbuild");

const name = process.platform === "win32" ? "esbuild.exe" : "bin/esbuild";
const require = createRequire(import.meta.resolve("esbuild"));
console.log(require.resolve(`@esbuild/${process.platform}-${process.arch}/${name}`));
