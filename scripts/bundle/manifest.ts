/**
 * The package.json of the bundles: in each runtime, `import "@holdfast/holdfast"` loads the bundle for it.
 */

import { PLATFORMS } from "./platforms.ts";
import project from "../../deno.json" with { type: "json" };

/** The name of the declarations file. */
export const TYPES = "holdfast.d.ts";

/** The text of the package.json. */
export function manifest(): string {
  const { name, version, license } = project;
  const { deno, node, browser } = PLATFORMS;
  const entry = { types: TYPES, deno, bun: node, node, browser, default: deno };
  const exports = Object.fromEntries(Object.entries(entry).map(([condition, file]) => [condition, `./${file}`]));
  const told = {
    name,
    version,
    description: "Concurrent programs and simulated systems: the same outcome in every mode, in every order explored",
    license,
    type: "module",
    exports: { ".": exports },
    types: `./${TYPES}`,
    files: [...Object.values(PLATFORMS), TYPES],
    engines: { node: ">=24" },
    sideEffects: false,
  };
  return `${JSON.stringify(told, undefined, 2)}\n`;
}
