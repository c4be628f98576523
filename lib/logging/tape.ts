/**
 * The logging package, loaded when a realm first logs: importing it takes 8 ms, which nobody pays who does not log.
 *
 * - The one place that names the package and its version.
 * - Its root logger belongs to the realm (`globalThis`), so what a user's own import of the package logs arrives as
 *   well, also where that is another copy.
 *
 * @example
 * ```ts
 * import { loadTape } from "./tape.ts";
 *
 * const { getLogger } = await loadTape();
 * if (getLogger("app").category[0] !== "app") throw new Error("a logger has a category");
 * ```
 *
 * @module
 */

import type { LogLevel as TapeLevel, LogRecord } from "npm:@logtape/logtape@2.4.2";

export type { LogRecord };

/** How much a record matters, from the least. */
export type LogLevel = TapeLevel;

/** The levels, from the least. */
export const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warning", "error", "fatal"];

/** What is used of the package. */
export type Tape = typeof import("npm:@logtape/logtape@2.4.2");

let tape: Tape | undefined;

/** Loads the package. */
export async function loadTape(): Promise<Tape> {
  return tape ??= await import("npm:@logtape/logtape@2.4.2");
}

/** The package, if it is loaded. */
export function loadedTape(): Tape | undefined {
  return tape;
}
