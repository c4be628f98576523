/**
 * What is used of the logging package, and its version: the only file that names it.
 *
 * - Importing it takes 8 ms, so nothing imports it but what a realm loads when it is set up for logging.
 * - Its root logger belongs to the realm (`globalThis`), so what a user's own import of the package logs arrives as
 *   well, also where that is another copy.
 *
 * @example
 * ```ts
 * import { getLogger } from "./tape.ts";
 *
 * if (getLogger(["app", "part"]).category.join() !== "app,part") throw new Error("a logger has a category");
 * ```
 *
 * @module
 */

export { configure, getConfig, getLogger, type LogRecord, resetSync } from "npm:@logtape/logtape@2.4.2";
