/**
 * A browser's way of doing what runtimes do differently.
 */

import type { Platform } from "./platform.ts";

/** Whether this realm is one of a browser: a page, or a worker of one. */
export function isHere(): boolean {
  return typeof globalThis.navigator === "object" && typeof globalThis.location === "object" && "origin" in globalThis;
}

/** What a browser has; the rest refuses to be used. */
export const own: Partial<Platform> & Pick<Platform, "name"> = {
  name: "this browser",
  childless: "a browser starts no processes",
};
