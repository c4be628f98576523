/**
 * What all logs of guests are made of: what the guests are told, and the log that their host writes.
 *
 * @module
 */

import { LoggingError } from "../errors.ts";
import type { ServiceLogging } from "../host/mod.ts";
import {
  checkLoggingSettings,
  guestLoggingUrl,
  LogFolder,
  type LoggingSettings,
  type LogOrder,
  type NumberedLine,
} from "../logging/mod.ts";

/** What guests log, and where it goes: to a folder, to a listener, or to both. */
export interface LogTarget {
  /** What is logged; everything from level `info` up by default. */
  readonly settings?: LoggingSettings | undefined;
  /** A folder that exists, for `merged.log` and a file for each guest; none by default. */
  readonly folder?: string | undefined;
  /** Is told each line of the merged log, in its order; what it throws is thrown where the log is closed. */
  readonly onLine?: ((line: NumberedLine) => void) | undefined;
}

/** A log that is open. */
export interface MergedLog {
  /** What guests are told. */
  readonly logging: ServiceLogging;
  readonly log: LogFolder;
}

/**
 * Opens the log of the guests of those names, which have a lane and a file each.
 *
 * @throws {LoggingError} as a `LogFolder`, for settings that do not hold, and where lines would go nowhere.
 */
export function openLog(
  { settings = {}, folder, onLine }: LogTarget,
  { guests, order }: { readonly guests: readonly string[]; readonly order: LogOrder },
): MergedLog {
  const { format } = checkLoggingSettings(settings);
  if (folder === undefined && onLine === undefined) {
    throw new LoggingError("Cannot log: the lines go nowhere, a folder or onLine is wanted");
  }
  const log = new LogFolder(folder, { lanes: guests, order, workers: guests, format, onLine });
  return { logging: { settings, code: guestLoggingUrl() }, log };
}
