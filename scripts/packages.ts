/**
 * The npm packages that a single task needs, as specifiers that Deno does not see, so that other tasks do not download
 * them.
 *
 * - Deno fetches the packages named in the import map, in a literal `import()` and in the lock file. So a package of
 *   one task is named here, in a variable, and its task has another lock file, `scripts/packages.lock`.
 * - The specifier of the engine's client, which the library loads on demand, is in the library.
 * - To rewrite that lock file: `deno cache --lock=scripts/packages.lock scripts/*.ts $(deno run scripts/packages.ts)`.
 */

import { NATS } from "../lib/engine/nats.ts";
import page from "./page/app/deno.json" with { type: "json" };

/** For `deno task bundle`. */
export const ESBUILD = "npm:esbuild@0.28.2";
/** See {@linkcode ESBUILD}: makes its declarations, with versions of TypeScript that have an API. */
export const DECLARATIONS = "npm:rollup-plugin-dts@6.5.1";
/** See {@linkcode DECLARATIONS}. */
export const ROLLUP = "npm:rollup@4.68.8";
/** See {@linkcode DECLARATIONS}. */
export const TYPESCRIPT = "npm:typescript@5.9.3";
/** For `deno task kernels`. */
export const WABT = "npm:wabt@1.0.39";
/** For `deno task bench`: peers to compare with. */
export const MULTITHREADING = "npm:multithreading@0.3.52";
/** See {@linkcode MULTITHREADING}. */
export const PISCINA = "npm:piscina@5.3.2";
/** See {@linkcode MULTITHREADING}. */
export const POOLIFIER = "npm:poolifier@5.3.2";
/** See {@linkcode MULTITHREADING}. */
export const TINYPOOL = "npm:tinypool@2.2.0";
/** See {@linkcode MULTITHREADING}. */
export const WORKERPOOL = "npm:workerpool@10.0.3";

/** For `deno task page`: the packages of its code, by the names in its imports. */
export const PAGE: Readonly<Record<string, string>> = page.imports;

/** For the tests of the page, in a real browser. */
export const PLAYWRIGHT = "npm:playwright-core@1.65.1";
/** See {@linkcode PLAYWRIGHT}: the accessibility audit. */
export const AXE = "npm:axe-core@4.14.1";

if (import.meta.main) {
  const peers = [MULTITHREADING, PISCINA, POOLIFIER, TINYPOOL, WORKERPOOL];
  console.log(
    [NATS, ESBUILD, TYPESCRIPT, ROLLUP, DECLARATIONS, WABT, ...peers, ...Object.values(PAGE), PLAYWRIGHT, AXE].join(
      "\n",
    ),
  );
}
