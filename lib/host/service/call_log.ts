/**
 * What the calls of a guest log, whichever way the guest's realm keeps records apart: loaded only where a guest logs.
 *
 * @module
 */

import { encode } from "../../codec/mod.ts";
import type { LogLine } from "../../logging/mod.ts";
import { CONTROL, type GuestEnd } from "../../mode/guest.ts";
import type { ServiceLogging } from "./message.ts";

/** The log of a guest; disposing ends it, and doing so twice is harmless. */
export interface CallLog extends Disposable {
  /** Does something as a call: what is logged in its course is its own. */
  during<T>(act: () => T | Promise<T>): T | Promise<T>;
  /** Says that all that the call logs has been logged, before it is answered. */
  next(): void;
}

/**
 * Opens the log of a guest: in the caller's realm records belong to the course of a call, elsewhere to the call at hand.
 *
 * @throws {LoggingError} for settings that do not hold.
 */
export async function openLog(
  logging: ServiceLogging,
  { guest, end }: { readonly guest: string; readonly end: GuestEnd },
): Promise<CallLog> {
  const send = (line: LogLine) => end.send("log", CONTROL, encode(line));
  if (end.wait === undefined) {
    const log = await (await import("./inline_log.ts")).DirectLogging.open(logging, { guest, send });
    return { during: (act) => log.during(act), next() {}, [Symbol.dispose]: () => log[Symbol.dispose]() };
  }
  const log = await (await import("./log.ts")).ServiceLog.start(logging, { guest, send });
  return { during: (act) => act(), next: () => log.next(), [Symbol.dispose]: () => log[Symbol.dispose]() };
}
