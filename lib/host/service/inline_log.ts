/**
 * The logging of functions that run in the caller's realm: calls of many guests in one realm, each with its own lane.
 *
 * - A record belongs to the call during which it is made, even after the call has awaited something. What the caller
 *   logs outside any call belongs to nobody, as in a realm without logging.
 * - A realm has one set of loggers. So all guests that log in it at once must have equal settings, and loggers that the
 *   caller has set up are not replaced; otherwise opening a log throws.
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
  /** The result of `starting`. */
  logging?: GuestLogging;
  /** The lanes that a record made now may belong to: the current call's, then its guest's. */
  readonly course: CourseLocal<readonly string[]>;
  /** Receives the lines of each open lane. */
  readonly lanes: Map<string, CallLogOptions["send"]>;
  guests: number;
}

let realm: Realm | undefined;
/** Numbers the lanes, because guests may have the same name. */
let count = 0;

/** The logging of one guest; disposing twice is harmless. */
export class DirectLogging implements CallLog {
  readonly #realm: Realm;
  readonly #send: CallLogOptions["send"];
  /** The lane for records made after their call has ended. */
  readonly #rest: string;

  private constructor(realm: Realm, { guest, send }: CallLogOptions) {
    this.#realm = realm;
    this.#send = send;
    this.#rest = this.#open(guest);
    realm.guests++;
  }

  /**
   * Starts logging for a guest.
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

  /** Runs `act` as a call: what it logs meanwhile is its own, and is reported before the call ends. */
  during<T>(act: () => T | Promise<T>): T | Promise<T> {
    const lane = this.#open(this.#rest);
    using ending = new DisposableStack();
    ending.defer(() => this.#end(lane));
    const result = this.#realm.course.run([lane, this.#rest], act);
    if (!(result instanceof Promise)) return result;
    const later = ending.move();
    return result.finally(() => later.dispose());
  }

  /** Does nothing: the lane of a call ends with the call. */
  next(): void {}

  /** Ends the guest's logging. */
  [Symbol.dispose](): void {
    if (!this.#realm.lanes.has(this.#rest)) return;
    this.#end(this.#rest);
    if (--this.#realm.guests > 0) return;
    // The last guest ends the realm's logging.
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
