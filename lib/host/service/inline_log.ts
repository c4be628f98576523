/**
 * What functions log that run in the caller: calls of many guests in one realm, each with a lane of its own.
 *
 * - A record belongs to the call in whose course it is made, also after the call has awaited something; what the caller
 *   logs in no call is nobody's, as in a realm that is not set up for logging.
 * - A realm has one set of loggers, so all guests that log in it at once want equal settings; loggers that the caller has
 *   set up are not replaced. Both are refused.
 *
 * @example
 * ```ts
 * import { getLogger } from "../../logging/mod.ts";
 * import { DirectLogging } from "./inline_log.ts";
 *
 * const told: string[] = [];
 * const send = ({ message }: { message: string }) => void told.push(message);
 * const logging = await DirectLogging.open({ settings: {}, code: undefined }, { guest: "a", send });
 * const later = async (name: string) => {
 *   await Promise.resolve();
 *   getLogger("app").info(name);
 * };
 * const call = logging.during(() => later("in a call"));
 * await later("in none");
 * await call;
 * logging[Symbol.dispose]();
 * if (told.join() !== "in a call") throw new Error("the caller's own record is nobody's");
 * ```
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { LoggingError } from "../../errors.ts";
import { configureGuestLogging, type GuestLogging, type LogLine } from "../../logging/mod.ts";
import { sameData } from "../../program/mod.ts";
import { now } from "../../platform/mod.ts";
import type { ServiceLogging } from "./message.ts";

/** Whose records are made, and where they go. */
interface Place {
  /** The name of the call's lane, which no other has. */
  readonly lane: string;
  /** That of its guest, for what comes after the call. */
  readonly rest: string;
}

/** Who logs. */
export interface DirectLoggingOptions {
  /** The guest's name. */
  readonly guest: string;
  /** Takes each line, before the call that logged it returns. */
  readonly send: (line: LogLine) => void;
}

/** The logging of this realm, while any guest in it logs. */
interface Realm {
  readonly settings: ServiceLogging["settings"];
  readonly logging: Promise<GuestLogging>;
  /** Where the lines of each open lane go. */
  readonly lanes: Map<string, (line: LogLine) => void>;
  guests: number;
}

const places = new AsyncLocalStorage<Place>();
let realm: Realm | undefined;
/** Lanes are numbered, because names of guests may be the same. */
let count = 0;

/** The logging of one guest; disposing twice is harmless. */
export class DirectLogging implements Disposable {
  readonly #realm: Realm;
  readonly #logging: GuestLogging;
  readonly #send: (line: LogLine) => void;
  /** The lane of what is logged in no call. */
  readonly #rest: string;
  #isOpen = true;

  private constructor(realm: Realm, logging: GuestLogging, { guest, send }: DirectLoggingOptions) {
    this.#realm = realm;
    this.#logging = logging;
    this.#send = send;
    this.#rest = `${guest} ${count++}`;
    realm.lanes.set(this.#rest, send);
  }

  /**
   * Begins to log for a guest.
   *
   * @throws {LoggingError} where the realm has loggers of its own, or guests that log with other settings.
   */
  static async open({ settings, code }: ServiceLogging, options: DirectLoggingOptions): Promise<DirectLogging> {
    const used = realm ??= begin(settings, code);
    if (!sameData(used.settings, settings)) {
      throw new LoggingError(
        `Cannot log as ${options.guest}: others log in this realm with other settings, equal ones are wanted`,
      );
    }
    used.guests++;
    try {
      return new DirectLogging(used, await used.logging, options);
    } catch (error) {
      leave(used);
      throw error;
    }
  }

  /** Does something as a call: what is logged in its course is its own, and told before it is over. */
  during<T>(act: () => T | Promise<T>): T | Promise<T> {
    const lane = `${this.#rest} ${count++}`;
    this.#realm.lanes.set(lane, this.#send);
    const end = () => this.#end(lane);
    let isLater = false;
    try {
      const result = places.run({ lane, rest: this.#rest }, act);
      if (!(result instanceof Promise)) return result;
      isLater = true;
      return result.finally(end);
    } finally {
      if (!isLater) end();
    }
  }

  /** Ends the guest's logging. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#end(this.#rest);
    // The last one turns the light off.
    if (leave(this.#realm)) this.#logging[Symbol.dispose]();
  }

  #end(lane: string): void {
    this.#logging.endLane(lane);
    this.#realm.lanes.delete(lane);
  }
}

function begin(settings: ServiceLogging["settings"], code: string | undefined): Realm {
  const lanes: Realm["lanes"] = new Map();
  const laneOf = (): string | undefined => {
    const place = places.getStore();
    if (place === undefined) return undefined;
    return [place.lane, place.rest].find((lane) => lanes.has(lane));
  };
  const send = (line: LogLine) => lanes.get(line.lane)?.(line);
  const logging = configureGuestLogging(settings, { lane: "", send, code, laneOf, now, replace: false });
  return { settings, lanes, guests: 0, logging };
}

/** Takes a guest's leave; whether it was the last. */
function leave(used: Realm): boolean {
  used.guests--;
  if (used.guests > 0) return false;
  if (realm === used) realm = undefined;
  return true;
}
