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

/** How much a record matters. */
export type LogLevel = "trace" | "debug" | "info" | "warning" | "error" | "fatal";

/** The levels, from the least. */
export const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warning", "error", "fatal"];
