/**
 * Sets up logging in a realm: loads the code for it, and passes on every record as a plain line.
 *
 * - The code is loaded on demand; its 8 ms cost nothing to those who do not log.
 * - A new setup replaces the previous one; disposing it leaves the realm without loggers, like a fresh one.
 * - A bundle contains another module in place of this one (`scripts/bundle/guests.ts`), with the code as text inside. A
 *   process guest in a bundle does not contain the code, because it would not fit into a command line; so the host
 *   tells guests its URL.
 *
 * @example
 * ```ts
 * import { configureGuestLogging, guestLoggingUrl } from "./configure.ts";
 * import { getLogger } from "./logger.ts";
 *
 * const told: string[] = [];
 * const settings = { loggers: [{ category: "bank", level: "debug" as const }] };
 * {
 *   const send = ({ lane, message }: { lane: string; message: string }) => void told.push(`${lane}: ${message}`);
 *   using logging = await configureGuestLogging(settings, { lane: "anna", send });
 *   getLogger("bank").debug("paid {amount}", { amount: 5 });
 *   logging.enter("ben");
 *   getLogger(["bank", "till"]).debug("got {amount}", { amount: 5 });
 * }
 * if (told.join() !== "anna: paid 5,ben: got 5") throw new Error("expected a line of each lane");
 * if (guestLoggingUrl() !== undefined) throw new Error("from source, guests find the code themselves");
 * ```
 */

import type { GuestLogging, GuestLoggingOptions } from "./guest_logging.ts";
import type { LoggingSettings } from "./settings.ts";

/**
 * The URL of the logging code, unless it is the file `guest_logging.ts` beside this one; plain data, to be sent to
 * guests.
 */
export function guestLoggingUrl(): string | undefined {
  return undefined;
}

/**
 * Sets up logging in this realm, replacing an earlier setup by this library.
 *
 * @throws {LoggingError} for invalid settings, or if the realm has other loggers and `replace` is false.
 */
export async function configureGuestLogging(
  settings: LoggingSettings,
  options: GuestLoggingOptions,
): Promise<GuestLogging> {
  const { code } = options;
  const { GuestLogging }: typeof import("./guest_logging.ts") = code === undefined
    ? await import("./guest_logging.ts")
    : await import(code);
  return await GuestLogging.start(settings, options);
}
