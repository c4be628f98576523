/**
 * Logging: records of many guests in one order, and in files.
 *
 * @module
 */

export {
  checkLoggingSettings,
  type LogFormat,
  type LoggerSettings,
  type LoggingSettings,
  type LogLimit,
} from "./settings.ts";
export type { LogLevel } from "./level.ts";
export { getLogger, type Logger, type LogMethod } from "./logger.ts";
export { configureGuestLogging, type GuestLoggingOptions } from "./configure.ts";
export type { GuestLogging } from "./guest_logging.ts";
export { guestLoggingUrl } from "./guest_code.ts";
export { lineText, type LogLine } from "./line.ts";
export { type Plain, plain } from "./plain.ts";
export { LogBook, type LogBookOptions, type LogOrder } from "./log_book.ts";
export { LogFolder, type LogFolderOptions } from "./log_folder.ts";

// TEMPORARY until the branch `logging` is merged.
import type { LogLine as Line } from "./line.ts";
export function logLineFrom(value: unknown): Line {
  return value as Line;
}
