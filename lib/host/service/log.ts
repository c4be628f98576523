/**
 * The logging of a serving guest outside the caller's realm: the records of each call, numbered separately, as lines
 * for the host.
 *
 * - This file is loaded only if a guest logs; in a bundle, the layer below contains only what guests need.
 */

import { configureGuestLogging, type LogLine } from "../../logging/mod.ts";
import { now } from "../../platform/mod.ts";
import type { ServiceLogging } from "./message.ts";

/** The guest that logs, and the receiver of its lines. */
export interface CallLogOptions {
  /** The guest's name. */
  readonly guest: string;
  /** Receives each line, before the call that logged it returns. */
  readonly send: (line: LogLine) => void;
}

/** The log of a guest; disposing ends it, and doing so twice is harmless. */
export interface CallLog extends Disposable {
  /** Runs `act` as a call: what it logs meanwhile is its own. */
  during<T>(act: () => T | Promise<T>): T | Promise<T>;
  /** Ends the records of the current call, before it is answered: later ones belong to the next call. */
  next(): void;
}

/**
 * Sets up logging in the guest's realm.
 *
 * @throws {LoggingError} for invalid settings.
 */
export async function startLog(
  { settings, code }: ServiceLogging,
  { guest: lane, send }: CallLogOptions,
): Promise<CallLog> {
  const logging = await configureGuestLogging(settings, { lane, code, now, send });
  return { during: (act) => act(), next: () => logging.endLane(), [Symbol.dispose]: () => logging[Symbol.dispose]() };
}
