/**
 * Logging: records of many guests in one order, and in files.
 *
 * @module
 */

export {
  checkLoggingSettings,
  LOG_LEVELS,
  type LogFormat,
  type LoggerSettings,
  type LoggingSettings,
  type LogLevel,
  type LogLimit,
} from "./settings.ts";
export { getLogger, type Logger, type LogMethod } from "./logger.ts";
export { configureGuestLogging, guestLoggingUrl } from "./configure.ts";
export type { GuestLogging, GuestLoggingOptions } from "./guest_logging.ts";
export { lineText, type LogLine, logLineFrom, type NumberedLine } from "./line.ts";
export { type Plain, plain } from "./plain.ts";
export { LogBook, type LogBookOptions, type LogOrder, type LogTarget } from "./log_book.ts";
