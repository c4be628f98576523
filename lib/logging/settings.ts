/**
 * What is logged, as plain data that any guest can be handed: a level and a limit for each category.
 *
 * - A record belongs to the logger with the longest category that its own category begins with; `[]` is the root.
 * - A limit counts, it has no clock: of each `every` records of one category, level and lane the first `records` pass.
 *   So what passes is the same in each run.
 * - The settings are checked as a whole, before anything runs.
 *
 * @example
 * ```ts
 * import { checkLoggingSettings } from "./settings.ts";
 *
 * const settings = checkLoggingSettings({ loggers: [{ category: "bank", level: "debug", limit: { records: 100 } }] });
 * if (settings.loggers?.length !== 1) throw new Error("good settings are given back");
 * let refused = "";
 * try {
 *   checkLoggingSettings({ loggers: [{ category: "bank" }, { category: ["bank"] }] });
 * } catch (error) {
 *   refused = String(error);
 * }
 * if (!refused.includes("two loggers of category bank")) throw new Error("a name is taken once");
 * ```
 */

import { LoggingError } from "../errors.ts";

/** How much a record can matter, from the least. */
export const LOG_LEVELS = ["trace", "debug", "info", "warning", "error", "fatal"] as const;
/** How much a record matters. */
export type LogLevel = typeof LOG_LEVELS[number];

const FORMATS: readonly LogFormat[] = ["text", "json"];
/** How a line is written: for people, or as a JSON object. */
export type LogFormat = "text" | "json";

/** What is logged; plain data. */
export interface LoggingSettings {
  /** The loggers, in any order; where none has the category `[]`, the root logs from level `info` up. */
  readonly loggers?: readonly LoggerSettings[];
  /** The limit of loggers that have none of their own; without it all records pass. */
  readonly limit?: LogLimit;
  /** How a line is written: for people, or as a JSON object. Default `text`. */
  readonly format?: LogFormat;
  /** Whether a line has the time of its record, which differs from run to run. Default false. */
  readonly times?: boolean;
}

/** One logger. */
export interface LoggerSettings {
  /** Its category: one name, or names from the root down. */
  readonly category: string | readonly string[];
  /** The least level that it logs, or `off`. Default `info`. */
  readonly level?: LogLevel | "off";
  /** Its limit, instead of that of the settings. */
  readonly limit?: LogLimit;
}

/** How many records pass. */
export interface LogLimit {
  /** How many pass, at least 0. */
  readonly records: number;
  /** Of how many, at least `records` and 1; without it, of all. */
  readonly every?: number;
}

/**
 * The settings, if they hold.
 *
 * @throws {LoggingError} for an unknown level or format, a limit out of range, a category that is none, two loggers of
 * one category.
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
 * A category as names from the root down.
 *
 * @throws {LoggingError} if the package could not keep it.
 */
export function categoryOf(category: string | readonly string[]): readonly string[] {
  const names = typeof category === "string" ? [category] : category;
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string")) {
    throw fault(`a category is ${category}`, "a name or a list of names");
  }
  // The package keeps children in a plain object, and its own records under its own name.
  const refused = names.find((name) => name in {}) ?? (names[0] === "logtape" ? "logtape" : undefined);
  if (refused !== undefined) throw fault(`a category has the name ${refused}`, "a name that is not taken");
  return names;
}

/** A category in one word. */
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
