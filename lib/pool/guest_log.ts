/**
 * One log for several guests, made before them: a lane and a file for each, by its name, and the merged one.
 *
 * - A name is given once: a second guest of that name is refused, and so is one whose name the log does not have.
 * - A guest that ended, however, ends its lane; the others go on.
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
 * if (refused !== "LoggingError" || told.length > 0) throw new Error("a name is taken once");
 * ```
 */

import { LoggingError } from "../errors.ts";
import { guestLoggingUrl, LogBook, type LogBookOptions, type LogLine, type LogTarget } from "../logging/mod.ts";
import type { ServiceLogging } from "../host/mod.ts";

/** What guests log, and where it goes. */
export interface GuestLogOptions extends LogTarget, Pick<LogBookOptions, "order"> {
  /** The names of the guests, in their order. */
  readonly lanes: readonly string[];
}

/** A guest's place in a log. */
export interface GuestLane {
  /** What the guest is told. */
  readonly logging: ServiceLogging;
  /** Takes its next line. */
  add(line: LogLine): void;
  /** Ends the lane. */
  end(): void;
}

/** See the module; disposing closes the files, and doing so twice is harmless. */
export class GuestLog implements Disposable {
  readonly #logging: ServiceLogging;
  readonly #log: LogBook;
  readonly #lanes: readonly string[];
  readonly #taken = new Set<string>();
  #isClosed = false;

  /**
   * Opens the log, and its files where it has a folder.
   *
   * @throws {LoggingError} for settings that do not hold, a folder that does not exist, two guests of one name, an unknown
   * order, and where lines would go nowhere.
   */
  constructor(options: GuestLogOptions) {
    this.#logging = { settings: options.settings ?? {}, code: guestLoggingUrl() };
    this.#log = new LogBook(options);
    this.#lanes = options.lanes;
  }

  /**
   * Gives the place of a guest, which `Guest.make` asks for.
   *
   * @throws {LoggingError} if its name is taken, or none of the log's, or the log is closed.
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
      // What comes after the end is dropped.
      add: (line) => isOpen && !this.#isClosed ? this.#log.add({ ...line, lane: name }) : undefined,
      end: () => {
        isOpen = false;
        this.#log.end(name);
      },
    };
  }

  /** Writes what is left and closes the files; throws what a write, or `onLine`, threw first. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#log[Symbol.dispose]();
  }
}
