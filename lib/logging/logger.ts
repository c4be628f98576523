/**
 * Loggers by category, for programs that log without importing the logging package themselves.
 *
 * - In a realm that is not set up for logging a record goes nowhere, and costs one look.
 *
 * @example
 * ```ts
 * import { getLogger } from "./logger.ts";
 *
 * const logger = getLogger(["bank", "anna"]);
 * logger.info("paid {amount}", { amount: 5 });
 * if (logger.category.join() !== "bank,anna") throw new Error("a logger has a category");
 * ```
 *
 * @module
 */

import type { LogLevel } from "./level.ts";
import { realmLoggers } from "./realm.ts";
import { categoryOf } from "./settings.ts";

/** Logs with a message, where `{name}` stands for the property of that name. */
export type LogMethod = (message: string, properties?: Readonly<Record<string, unknown>>) => void;

/** A method for each level. */
export interface Logger extends Readonly<Record<LogLevel, LogMethod>> {
  /** Its category, from the root down. */
  readonly category: readonly string[];
}

/**
 * The logger of a category; `[]` is the root.
 *
 * @throws {LoggingError} for a category that is none.
 */
export function getLogger(category: string | readonly string[]): Logger {
  const names = categoryOf(category);
  const at = (level: LogLevel): LogMethod => (message, properties = {}) =>
    realmLoggers()?.(names)[level](message, properties);
  return {
    category: names,
    trace: at("trace"),
    debug: at("debug"),
    info: at("info"),
    warning: at("warning"),
    error: at("error"),
    fatal: at("fatal"),
  };
}
