/**
 * The loggers of this realm, which all copies of the library in it share: a program may have another than its guest.
 *
 * @example
 * ```ts
 * import { realmLoggers, setRealmLoggers } from "./realm.ts";
 *
 * if (realmLoggers() !== undefined) throw new Error("a realm has none unless it is set up for logging");
 * setRealmLoggers(undefined);
 * ```
 *
 * @module
 */

import type { LogLevel } from "./level.ts";

/** Gives the logger of a category, as the package does. */
export type Loggers = (
  category: readonly string[],
) => Readonly<Record<LogLevel, (message: string, properties: Record<string, unknown>) => void>>;

const KEY = Symbol.for("holdfast loggers");

/** The loggers of this realm, if it is set up for logging. */
export function realmLoggers(): Loggers | undefined {
  return Reflect.get(globalThis, KEY);
}

/** Gives this realm loggers, or takes them away. */
export function setRealmLoggers(loggers: Loggers | undefined): void {
  if (loggers === undefined) Reflect.deleteProperty(globalThis, KEY);
  else Reflect.set(globalThis, KEY, loggers);
}
