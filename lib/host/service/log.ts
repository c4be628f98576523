/**
 * The logging of a serving guest elsewhere: what its calls log, each counted on its own, as lines for its host.
 *
 * - It is loaded where a guest logs, and not before; a bundle has of the layer below what guests need.
 */

import { configureGuestLogging, type LogLine } from "../../logging/mod.ts";
import { now } from "../../platform/mod.ts";
import type { ServiceLogging } from "./message.ts";

/** Who logs. */
export interface CallLogOptions {
  /** The guest's name. */
  readonly guest: string;
  /** Takes each line, before the call that logged it returns. */
  readonly send: (line: LogLine) => void;
}

/** The log of a guest; disposing ends it, and doing so twice is harmless. */
export interface CallLog extends Disposable {
  /** Does something as a call: what is logged in its course is its own. */
  during<T>(act: () => T | Promise<T>): T | Promise<T>;
  /** Says that all that the call logs has been logged, before it is answered: what comes is the next one's. */
  next(): void;
}

/**
 * Sets the guest's realm up for logging.
 *
 * @throws {LoggingError} for settings that do not hold.
 */
export async function startLog(
  { settings, code }: ServiceLogging,
  { guest: lane, send }: CallLogOptions,
): Promise<CallLog> {
  const logging = await configureGuestLogging(settings, { lane, code, now, send });
  return { during: (act) => act(), next: () => logging.endLane(), [Symbol.dispose]: () => logging[Symbol.dispose]() };
}
