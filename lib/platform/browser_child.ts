/**
 * Child processes that serve as guests: a browser has none.
 */

import type { GuestChildren } from "./guest_child.ts";

/** Throws whenever it is used. */
export const guestChildren: GuestChildren = {
  agentless: "agents start guests of Deno, and this is a browser",
  check: refuse,
  arguments: refuse,
  watchdogText: refuse,
  externalFor: () => undefined,
  cacheArguments: () => [],
};

function refuse(): never {
  throw new TypeError("Cannot start a process guest: a browser starts no processes, thread or direct mode is wanted");
}
