/**
 * Sets a realm up for logging: loads what that takes, and hands on every record as a plain line.
 *
 * - The code is loaded on demand: 8 ms, which nobody pays who does not log.
 * - A set-up replaces the one before; disposing it gives back a realm without loggers, as a fresh one is.
 *
 * @example
 * ```ts
 * import { configureGuestLogging } from "./configure.ts";
 * import { getLogger } from "./logger.ts";
 *
 * const told: string[] = [];
 * const settings = { loggers: [{ category: "bank", level: "debug" as const }] };
 * {
 *   using logging = await configureGuestLogging(settings, {
 *     lane: "anna",
 *     send: ({ lane, sequence, message }) => void told.push(`${lane} ${sequence}: ${message}`),
 *   });
 *   getLogger("bank").debug("paid {amount}", { amount: 5 });
 *   logging.enter("ben");
 *   getLogger(["bank", "till"]).debug("got {amount}", { amount: 5 });
 * }
 * if (told.join() !== "anna 0: paid 5,ben 0: got 5") throw new Error("a line of each lane");
 * ```
 *
 * @module
 */

import { guestLoggingUrl } from "./guest_code.ts";
import type { GuestLogging } from "./guest_logging.ts";
import type { LogLine } from "./line.ts";
import type { LoggingSettings } from "./settings.ts";

/** Where a guest's lines go. */
export interface GuestLoggingOptions {
  /** The name of the realm's first lane. */
  readonly lane: string;
  /** Takes each line, before the call that logged it returns; what it throws is kept as the `failure`. */
  readonly send: (line: LogLine) => void;
  /** The clock of lines with times, in milliseconds; by default records keep the package's own. */
  readonly now?: () => number;
  /** Where the code is, as `guestLoggingUrl()` says on the host: a guest in a bundle cannot know. */
  readonly code?: string | undefined;
  /**
   * Gives the lane of the record that is being made, where lanes change by themselves; undefined drops it. By default
   * the one that was entered last.
   */
  readonly laneOf?: () => string | undefined;
  /** Whether to take the place of loggers that others set up in this realm. Default true. */
  readonly replace?: boolean;
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
  const { GuestLogging } = await load(options.code ?? guestLoggingUrl());
  return await GuestLogging.start(settings, options);
}

async function load(url: string | undefined): Promise<typeof import("./guest_logging.ts")> {
  return url === undefined ? await import("./guest_logging.ts") : await import(url);
}
