/**
 * Where the code of guests comes from: files beside this one, or, in a bundle, text inside it.
 *
 * The bundle replaces this module by one with the same exports.
 *
 * @example
 * ```ts
 * import { processGuestSource } from "./guest_source.ts";
 *
 * if (!processGuestSource().includes("serveProcess")) throw new Error("it brings in the guest's loop");
 * ```
 *
 * @module
 */

/** The URL of a thread guest's module. */
export function threadGuestUrl(): string {
  return new URL("./thread_guest.ts", import.meta.url).href;
}

/** Text that brings `serveProcess` into scope, to be followed by a call of it. */
export function processGuestSource(): string {
  return `import { serveProcess } from ${JSON.stringify(new URL("./process_guest.ts", import.meta.url).href)};`;
}

/** The hosts that a guest's own code is imported from, such as `127.0.0.1:8000`; none for local files. */
export function guestHosts(): string[] {
  const { protocol, host } = new URL(import.meta.url);
  return protocol.startsWith("http") ? [host] : [];
}
