/**
 * A runtime that the library does not know: everything is refused when it is used, with a sentence that says so.
 *
 * @module
 */

import { deno } from "./deno.ts";
import type { Platform } from "./platform.ts";

/** What takes its place everywhere. */
const SHARED: Partial<Platform> = {
  isFile: () => false,
  soon: (callback) => void setTimeout(callback),
  inspect: (value) => JSON.stringify(value) ?? String(value),
};

/** See the module. */
export const elsewhere: Platform = made();

function made(): Platform {
  const platform = { name: "elsewhere", ...SHARED };
  for (const name of Object.keys(deno)) {
    if (name in platform) continue;
    Object.defineProperty(platform, name, {
      get(): never {
        throw new TypeError(`Cannot use ${name}: this runtime is none that Holdfast knows, Deno is wanted`);
      },
    });
  }
  return platform as Platform;
}
