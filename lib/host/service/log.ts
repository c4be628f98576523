/**
 * The logging of a serving guest: what its calls log, each counted on its own, as lines for its host.
 *
 * - It is loaded where a guest logs, and not before; a bundle has of the layer below what guests need.
 *
 * @module
 */

import { configureGuestLogging, type GuestLogging, type LogLine } from "../../logging/mod.ts";
import { now } from "../../platform/mod.ts";
import type { ServiceLogging } from "./message.ts";

/** Who logs. */
export interface ServiceLogOptions {
  /** The guest's name. */
  readonly guest: string;
  /** Takes each line, before the call that logged it returns. */
  readonly send: (line: LogLine) => void;
}

/** See the module; disposing ends it, and doing so twice is harmless. */
export class ServiceLog implements Disposable {
  readonly #logging: GuestLogging;

  private constructor(logging: GuestLogging) {
    this.#logging = logging;
  }

  /**
   * Sets the guest's realm up for logging.
   *
   * @throws {LoggingError} for settings that do not hold.
   */
  static async start(
    { settings, code }: ServiceLogging,
    { guest: lane, send }: ServiceLogOptions,
  ): Promise<ServiceLog> {
    return new ServiceLog(await configureGuestLogging(settings, { lane, code, now, send }));
  }

  /** Ends a call, whose last lines tell what was dropped; what comes is the next one's. */
  next(): void {
    this.#logging.endLane();
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#logging[Symbol.dispose]();
  }
}
