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
export type { LogLevel } from "./tape.ts";
export { getLogger, type Logger, type LogMethod } from "./logger.ts";
export { configureGuestLogging, type GuestLogging, type GuestLoggingOptions } from "./guest_logging.ts";
export { lineText, type LogLine } from "./line.ts";
export { type Plain, plain } from "./plain.ts";
export { LogBook, type LogBookOptions, type LogOrder } from "./log_book.ts";
export { LogFolder, type LogFolderOptions } from "./log_folder.ts";
