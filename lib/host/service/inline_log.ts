/**
 * What functions log that run in the caller: calls of many guests in one realm, each with a lane of its own.
 *
 * - A record belongs to the call in whose course it is made, also after the call has awaited something; what the caller
 *   logs in no call is nobody's, as in a realm that is not set up for logging.
 * - A realm has one set of loggers, so all guests that log in it at once want equal settings; loggers that the caller has
 *   set up are not replaced. Both are refused.
 */

import { LoggingError } from "../../errors.ts";
import { configureGuestLogging, type GuestLogging } from "../../logging/mod.ts";
import { type CourseLocal, now, platform } from "../../platform/mod.ts";
import { sameData } from "../../program/mod.ts";
import type { CallLog, CallLogOptions } from "./log.ts";
import type { ServiceLogging } from "./message.ts";

/** The logging of this realm, while any guest in it logs. */
interface Realm {
  readonly settings: ServiceLogging["settings"];
  readonly starting: Promise<GuestLogging>;
  /** What `starting` came to. */
  logging?: GuestLogging;
  /** The lanes that a record of the present course may belong to: its call's, then its guest's. */
  readonly course: CourseLocal<readonly string[]>;
  /** Where the lines of each open lane go. */
  readonly lanes: Map<string, CallLogOptions["send"]>;
  guests: number;
}

let realm: Realm | undefined;
/** Lanes are numbered, because names of guests may be the same. */
let count = 0;

/** The logging of one guest; disposing twice is harmless. */
export class DirectLogging implements CallLog {
  readonly #realm: Realm;
  readonly #send: CallLogOptions["send"];
  /** The lane of what a call leaves behind. */
  readonly #rest: string;

  private constructor(realm: Realm, { guest, send }: CallLogOptions) {
    this.#realm = realm;
    this.#send = send;
    this.#rest = this.#open(guest);
    realm.guests++;
  }

  /**
   * Begins to log for a guest.
   *
   * @throws {LoggingError} if the realm has loggers of its own, or guests that log with other settings.
   */
  static async open({ settings, code }: ServiceLogging, options: CallLogOptions): Promise<DirectLogging> {
    const used = realm ??= begin(settings, code);
    if (!sameData(used.settings, settings)) {
      throw new LoggingError(
        `Cannot log as ${options.guest}: others log in this realm with other settings, equal ones are wanted`,
      );
    }
    const logging = new DirectLogging(used, options);
    try {
      used.logging = await used.starting;
      return logging;
    } catch (error) {
      logging[Symbol.dispose]();
      throw error;
    }
  }

  /** Does something as a call: what is logged in its course is its own, and told before it is over. */
  during<T>(act: () => T | Promise<T>): T | Promise<T> {
    const lane = this.#open(this.#rest);
    using ending = new DisposableStack();
    ending.defer(() => this.#end(lane));
    const result = this.#realm.course.run([lane, this.#rest], act);
    if (!(result instanceof Promise)) return result;
    const later = ending.move();
    return result.finally(() => later.dispose());
  }

  /** The lane of a call ends with its course. */
  next(): void {}

  /** Ends the guest's logging. */
  [Symbol.dispose](): void {
    if (!this.#realm.lanes.has(this.#rest)) return;
    this.#end(this.#rest);
    if (--this.#realm.guests > 0) return;
    // The last one turns the light off.
    realm = undefined;
    this.#realm.logging?.[Symbol.dispose]();
  }

  #open(name: string): string {
    const lane = `${name} ${count++}`;
    this.#realm.lanes.set(lane, this.#send);
    return lane;
  }

  #end(lane: string): void {
    this.#realm.logging?.endLane(lane);
    this.#realm.lanes.delete(lane);
  }
}

function begin(settings: ServiceLogging["settings"], code: string | undefined): Realm {
  const course = platform.courseLocal<readonly string[]>();
  const lanes: Realm["lanes"] = new Map();
  const starting = configureGuestLogging(settings, {
    lane: "",
    send: (line) => lanes.get(line.lane)?.(line),
    code,
    laneOf: () => course.getStore()?.find((lane) => lanes.has(lane)),
    now,
    replace: false,
  });
  return { settings, course, lanes, guests: 0, starting };
}
