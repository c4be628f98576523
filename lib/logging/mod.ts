/**
 * Logging: the records of many guests in one order, and in files.
 *
 * - Logging counts and has no clock: of every `every` records of a kind, a limit lets the first `records` pass; and
 *   lanes take turns in the merged log. So both are the same in each run.
 * - The logging code is loaded when a realm first logs: the package behind it takes 8 ms to import. A bundle contains
 *   it as text, which the host provides by URL.
 *
 * @module
 */

export type { LogFormat, LoggerSettings, LoggingSettings, LogLevel, LogLimit } from "./settings.ts";
export { checkLoggingSettings, LOG_LEVELS } from "./settings.ts";
export { getLogger, type Logger, type LogMethod } from "./logger.ts";
export { configureGuestLogging, guestLoggingUrl } from "./configure.ts";
export type { GuestLogging, GuestLoggingOptions } from "./guest_logging.ts";
export { lineText, type LogLine, logLineFrom, type NumberedLine } from "./line.ts";
export { type Plain, plain } from "./plain.ts";
export { LogBook, type LogBookOptions, type LogOrder, type LogTarget } from "./log_book.ts";
