/**
 * Loggers by category, for programs that log without importing the logging package themselves.
 *
 * - In a realm without logging, a record goes nowhere and costs one lookup.
 * - The loggers belong to the realm: all copies of the library share them, because a program may use another copy than
 *   its guest.
 *
 * @example
 * ```ts
 * import { getLogger } from "./logger.ts";
 *
 * const logger = getLogger(["bank", "anna"]);
 * logger.info("paid {amount}", { amount: 5 });
 * if (logger.category.join() !== "bank,anna") throw new Error("a logger has a category");
 * ```
 */

import { categoryOf, LOG_LEVELS, type LogLevel } from "./settings.ts";

/** Logs a message, in which `{name}` stands for the property of that name. */
export type LogMethod = (message: string, properties?: Readonly<Record<string, unknown>>) => void;

/** A method for each level. */
type LogMethods = Readonly<Record<LogLevel, LogMethod>>;

/** A method for each level. */
export interface Logger extends Readonly<Record<LogLevel, LogMethod>> {
  /** Its category, from the root down. */
  readonly category: readonly string[];
}

/** Returns the methods of a category, as the package does. */
type Loggers = (category: readonly string[]) => LogMethods;

const KEY = Symbol.for("holdfast loggers");

/** The loggers of this realm, if it is set up for logging. */
export function realmLoggers(): Loggers | undefined {
  return Reflect.get(globalThis, KEY);
}

/** Sets the loggers of this realm, or removes them. */
export function setRealmLoggers(loggers: Loggers | undefined): void {
  Reflect.set(globalThis, KEY, loggers);
}

/**
 * The logger of a category; `[]` is the root.
 *
 * @throws {LoggingError} for an invalid category.
 */
export function getLogger(category: string | readonly string[]): Logger {
  const names = categoryOf(category);
  const method = (level: LogLevel): LogMethod => (message, properties = {}) =>
    realmLoggers()?.(names)[level](message, properties);
  const methods = Object.fromEntries(LOG_LEVELS.map((level) => [level, method(level)]));
  // There is one for each level.
  return { category: names, ...methods as unknown as LogMethods };
}
