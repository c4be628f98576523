/**
 * Sets a realm up for logging: loads what that takes, and hands on every record as a plain line.
 *
 * - The code is loaded on demand: 8 ms, which nobody pays who does not log.
 * - A set-up replaces the one before; disposing it gives back a realm without loggers, as a fresh one is.
 * - A bundle holds another module in the place of this one (`scripts/bundle/guests.ts`), with the code as text inside: a
 *   process guest in a bundle does not have it, because it would not fit into a command line. So the host tells guests
 *   where it is.
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
 * if (told.join() !== "anna: paid 5,ben: got 5") throw new Error("a line of each lane");
 * if (guestLoggingUrl() !== undefined) throw new Error("from source, guests find the code themselves");
 * ```
 */

import type { GuestLogging, GuestLoggingOptions } from "./guest_logging.ts";
import type { LoggingSettings } from "./settings.ts";

/** The URL of a module that is `guest_logging.ts`, where that is not beside this file; plain data for guests. */
export function guestLoggingUrl(): string | undefined {
  return undefined;
}

/**
 * Sets this realm up for logging; an earlier set-up of ours ends.
 *
 * @throws {LoggingError} for settings that do not hold, and where others have loggers here that are not to be replaced.
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
