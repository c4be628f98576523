/**
 * One log for several guests, opened before they are made: a lane and a file for each, by name, and a merged file.
 *
 * - A name is given once: a second guest with the same name is rejected, and so is one whose name the log does not
 *   have.
 * - When a guest ends in any way, its lane ends; the others continue.
 *
 * @example
 * ```ts
 * import { Guest } from "./guest.ts";
 * import { GuestLog } from "./guest_log.ts";
 *
 * const told: string[] = [];
 * const log = new GuestLog({ lanes: ["anna", "ben"], onLine: ({ lane }) => void told.push(lane) });
 * const settings = { mode: "direct", module: "data:text/javascript,export const work = () => {}", export: "work" } as const;
 * await using anna = await Guest.make({ ...settings, name: "anna", logging: log });
 * const refused = await Guest.make({ ...settings, name: "anna", logging: log }).catch((error) => error.name);
 * await anna.start();
 * log[Symbol.dispose]();
 * if (refused !== "LoggingError" || told.length > 0) throw new Error("a name is given only once");
 * ```
 */

import { LoggingError } from "../errors.ts";
import { guestLoggingUrl, LogBook, type LogBookOptions, type LogLine, type LogTarget } from "../logging/mod.ts";
import type { ServiceLogging } from "../host/mod.ts";

/** What guests log, and where to. */
export interface GuestLogOptions extends LogTarget, Pick<LogBookOptions, "order"> {
  /** The names of the guests, in order. */
  readonly lanes: readonly string[];
}

/** A guest's place in a log. */
export interface GuestLane {
  /** The guest's logging setup. */
  readonly logging: ServiceLogging;
  /** Receives its next line. */
  add(line: LogLine): void;
  /** Ends the lane. */
  end(): void;
}

/** The log of several guests; disposing closes the files, and doing so twice is harmless. */
export class GuestLog implements Disposable {
  readonly #logging: ServiceLogging;
  readonly #log: LogBook;
  readonly #lanes: readonly string[];
  readonly #taken = new Set<string>();
  #isClosed = false;

  /**
   * Opens the log, and its files if it has a folder.
   *
   * @throws {LoggingError} for invalid settings, a folder that does not exist, two guests with the same name, an
   * unknown order, or if the lines would go nowhere.
   */
  constructor(options: GuestLogOptions) {
    this.#logging = { settings: options.settings ?? {}, code: guestLoggingUrl() };
    this.#log = new LogBook(options);
    this.#lanes = options.lanes;
  }

  /**
   * Claims the place of a guest; called by `Guest.make`.
   *
   * @throws {LoggingError} if the name is taken or not in the log, or the log is closed.
   */
  claim(name: string): GuestLane {
    const refuse = (is: string) => new LoggingError(`Cannot log as ${name}: ${is} is wanted`);
    const names = this.#lanes.join(", ") || "none";
    if (this.#isClosed) throw refuse("the log is closed, an open one");
    if (!this.#lanes.includes(name)) throw refuse(`the log has no such guest, one of its own (${names})`);
    if (this.#taken.has(name)) throw refuse("the name is taken, one that is free");
    this.#taken.add(name);
    let isOpen = true;
    return {
      logging: this.#logging,
      // Lines that come after the end are dropped.
      add: (line) => isOpen && !this.#isClosed ? this.#log.add({ ...line, lane: name }) : undefined,
      end: () => {
        isOpen = false;
        this.#log.end(name);
      },
    };
  }

  /** Writes what is left and closes the files; throws the first error of a write or of `onLine`. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#log[Symbol.dispose]();
  }
}
