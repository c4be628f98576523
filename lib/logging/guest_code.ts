/**
 * Where a guest finds the code that it logs with: a file beside this one.
 *
 * - A bundle holds another module in the place of this one, with that code as text inside: a process guest in a bundle
 *   does not have it, because it would not fit into a command line. So the host tells guests where it is.
 *
 * @example
 * ```ts
 * import { guestLoggingUrl } from "./guest_code.ts";
 *
 * if (guestLoggingUrl() !== undefined) throw new Error("from source, guests find the code themselves");
 * ```
 *
 * @module
 */

/** The URL of a module that is `guest_logging.ts`, where that is not beside this file; plain data for guests. */
export function guestLoggingUrl(): string | undefined {
  return undefined;
}
