/**
 * The npm packages that a single task needs, by specifiers that Deno does not see: so nobody else downloads them.
 *
 * - Deno fetches what the import map names, what a literal `import()` names, and what stands in the lock file. So a package of
 *   one task stands here, in a variable, and its task has a lock file of its own, `scripts/packages.lock`.
 * - What the library itself loads on demand, the engine's client, has its specifier there.
 * - That lock file is made anew by `deno cache --lock=scripts/packages.lock scripts/*.ts $(deno run scripts/packages.ts)`.
 */

import { NATS } from "../lib/engine/nats.ts";
import page from "./page/app/deno.json" with { type: "json" };

/** For `deno task bundle`. */
export const ESBUILD = "npm:esbuild@0.28.2";
/** See {@linkcode ESBUILD}: what makes its declarations, and is made for versions of TypeScript that have an API. */
export const DECLARATIONS = "npm:rollup-plugin-dts@6.5.1";
/** See {@linkcode DECLARATIONS}. */
export const ROLLUP = "npm:rollup@4.68.8";
/** See {@linkcode DECLARATIONS}. */
export const TYPESCRIPT = "npm:typescript@5.9.3";
/** For `deno task kernels`. */
export const WABT = "npm:wabt@1.0.39";
/** For `deno task bench`: what others do the same with. */
export const MULTITHREADING = "npm:multithreading@0.3.52";
/** See {@linkcode MULTITHREADING}. */
export const PISCINA = "npm:piscina@5.3.2";
/** See {@linkcode MULTITHREADING}. */
export const POOLIFIER = "npm:poolifier@5.3.2";
/** See {@linkcode MULTITHREADING}. */
export const TINYPOOL = "npm:tinypool@2.2.0";
/** See {@linkcode MULTITHREADING}. */
export const WORKERPOOL = "npm:workerpool@10.0.3";

/** For `deno task page`: what its code is written with, by the names that it imports them by. */
export const PAGE: Readonly<Record<string, string>> = page.imports;

/** For the tests of the page, in a real browser. */
export const PLAYWRIGHT = "npm:playwright-core@1.65.1";
/** See {@linkcode PLAYWRIGHT}: the audit of accessibility. */
export const AXE = "npm:axe-core@4.14.1";

if (import.meta.main) {
  const peers = [MULTITHREADING, PISCINA, POOLIFIER, TINYPOOL, WORKERPOOL];
  console.log(
    [NATS, ESBUILD, TYPESCRIPT, ROLLUP, DECLARATIONS, WABT, ...peers, ...Object.values(PAGE), PLAYWRIGHT, AXE].join(
      "\n",
    ),
  );
}
