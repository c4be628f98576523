/**
 * What to log, as plain data that can be sent to any guest: a level and a limit for each category.
 *
 * - A record belongs to the logger with the longest category that is a prefix of the record's category; `[]` is the
 *   root.
 * - A limit counts and has no clock: of each `every` records of one category, level and lane, the first `records` pass.
 *   So the same records pass in each run.
 * - The settings are checked as a whole, before anything runs.
 *
 * @example
 * ```ts
 * import { checkLoggingSettings } from "./settings.ts";
 *
 * const settings = checkLoggingSettings({ loggers: [{ category: "bank", level: "debug", limit: { records: 100 } }] });
 * if (settings.loggers?.length !== 1) throw new Error("valid settings are returned");
 * let refused = "";
 * try {
 *   checkLoggingSettings({ loggers: [{ category: "bank" }, { category: ["bank"] }] });
 * } catch (error) {
 *   refused = String(error);
 * }
 * if (!refused.includes("two loggers of category bank")) throw new Error("a category is used only once");
 * ```
 */

import { LoggingError } from "../errors.ts";

/** The severities of records, lowest first. */
export const LOG_LEVELS = ["trace", "debug", "info", "warning", "error", "fatal"] as const;
/** The severity of a record. */
export type LogLevel = typeof LOG_LEVELS[number];

const FORMATS: readonly LogFormat[] = ["text", "json"];
/** How a line is written: as text for people, or as a JSON object. */
export type LogFormat = "text" | "json";

/** What to log; plain data. */
export interface LoggingSettings {
  /** The loggers, in any order; unless one has the category `[]`, the root logs from level `info` up. */
  readonly loggers?: readonly LoggerSettings[];
  /** The limit of loggers without their own; by default all records pass. */
  readonly limit?: LogLimit;
  /** How a line is written: as text for people, or as a JSON object; `text` by default. */
  readonly format?: LogFormat;
  /** Whether a line contains the time of its record, which differs from run to run; false by default. */
  readonly times?: boolean;
}

/** One logger. */
export interface LoggerSettings {
  /** Its category: one name, or a list of names from the root down. */
  readonly category: string | readonly string[];
  /** The lowest level that it logs, or `off`; `info` by default. */
  readonly level?: LogLevel | "off";
  /** Its limit, in place of the common one. */
  readonly limit?: LogLimit;
}

/** How many records pass. */
export interface LogLimit {
  /** The number of records that pass, at least 0. */
  readonly records: number;
  /** Of how many records, at least 1 and at least `records`; of all by default. */
  readonly every?: number;
}

/**
 * Checks settings and returns them.
 *
 * @throws {LoggingError} for an unknown level or format, a limit out of range, an invalid category, or two loggers with
 * the same category.
 */
export function checkLoggingSettings(settings: LoggingSettings): LoggingSettings {
  const { loggers = [], limit, format = "text", times = false } = settings;
  if (!FORMATS.includes(format)) throw fault(`the format is ${format}`, FORMATS.join(" or "));
  if (typeof times !== "boolean") throw fault(`times is ${times}`, "true or false");
  if (!Array.isArray(loggers)) throw fault("loggers is no list", "a list of loggers");
  if (limit !== undefined) checkLimit(limit, "each logger");
  const taken = new Set<string>();
  for (const { category, level = "info", limit } of loggers as readonly LoggerSettings[]) {
    const path = categoryOf(category);
    const name = categoryText(path);
    const key = JSON.stringify(path);
    if (taken.has(key)) throw fault(`there are two loggers of category ${name}`, "one of each");
    taken.add(key);
    if (level !== "off" && !LOG_LEVELS.includes(level)) {
      throw fault(`the level of ${name} is ${level}`, `${LOG_LEVELS.join(", ")} or off`);
    }
    if (limit !== undefined) checkLimit(limit, name);
  }
  return settings;
}

/**
 * A category as a list of names from the root down.
 *
 * @throws {LoggingError} if the package cannot handle it.
 */
export function categoryOf(category: string | readonly string[]): readonly string[] {
  const names = typeof category === "string" ? [category] : category;
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string")) {
    throw fault(`a category is ${category}`, "a name or a list of names");
  }
  // The package stores children in a plain object, and its own records under its own name.
  const refused = names.find((name) => name in {}) ?? (names[0] === "logtape" ? "logtape" : undefined);
  if (refused !== undefined) throw fault(`a category has the name ${refused}`, "a name that is not taken");
  return names;
}

/** A category as a single word. */
export function categoryText(category: readonly string[]): string {
  return category.length === 0 ? "root" : category.join(".");
}

function checkLimit({ records, every }: LogLimit, name: string): void {
  if (!Number.isSafeInteger(records) || records < 0) {
    throw fault(`the limit of ${name} is ${records} records`, "a whole number of at least 0");
  }
  const least = Math.max(records, 1);
  if (every !== undefined && !(Number.isSafeInteger(every) && every >= least)) {
    throw fault(`the limit of ${name} is ${records} of every ${every} records`, `of every ${least} at least`);
  }
}

function fault(is: string, wanted: string): LoggingError {
  return new LoggingError(`Cannot log: ${is}, ${wanted} is wanted`);
}
