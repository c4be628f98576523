/**
 * The platform of this realm. One that the library does not know refuses everything when it is used, and says so.
 */

import { deno } from "./deno.ts";
import type { Platform } from "./platform.ts";

/** What takes its place everywhere. */
const SHARED: Partial<Platform> = {
  isFile: () => false,
  soon: (callback) => void setTimeout(callback),
  inspect: (value) => JSON.stringify(value) ?? String(value),
};

/** What this realm runs on. */
export const platform: Platform = Reflect.get(globalThis, "Deno") === undefined ? unknown() : deno;

function unknown(): Platform {
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

/** How many threads can run at once. */
export function cores(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}
