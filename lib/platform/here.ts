/**
 * The platform of this realm.
 *
 * @module
 */

import { deno } from "./deno.ts";
import { elsewhere } from "./elsewhere.ts";
import type { Platform } from "./platform.ts";

/** What this realm runs on. */
export const platform: Platform = Reflect.get(globalThis, "Deno") === undefined ? elsewhere : deno;

/** How many threads can run at once. */
export function cores(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}
