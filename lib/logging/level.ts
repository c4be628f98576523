/**
 * How much a record matters.
 *
 * @example
 * ```ts
 * import { LEVELS } from "./level.ts";
 *
 * if (LEVELS.indexOf("error") < LEVELS.indexOf("info")) throw new Error("from the least");
 * ```
 *
 * @module
 */

/** The levels, from the least. */
export const LEVELS = ["trace", "debug", "info", "warning", "error", "fatal"] as const;

/** How much a record matters. */
export type LogLevel = (typeof LEVELS)[number];
