/**
 * The log of some guests, as their host writes it: what comes for a lane that is not open is dropped, because its guest or
 * call has ended; what cannot be written stops no guest.
 *
 * @module
 */

import { LoggingError } from "../errors.ts";
import type { ServiceLogging } from "../host/mod.ts";
import {
  checkLoggingSettings,
  guestLoggingUrl,
  LogFolder,
  type LogFolderOptions,
  type LoggingSettings,
  type LogLine,
  type NumberedLine,
} from "../logging/mod.ts";

/** What guests log, and where it goes: to a folder, to a listener, or to both. */
export interface LogTarget {
  /** What is logged; everything from level `info` up by default. */
  readonly settings?: LoggingSettings | undefined;
  /** A folder that exists, for `merged.log` and a file for each guest; none by default. */
  readonly folder?: string | undefined;
  /** Is told each line of the merged log, in its order; what it throws is thrown where the log is closed. */
  readonly onLine?: ((line: NumberedLine) => void) | undefined;
}

/** See the module. */
export class MergedLog {
  /** What guests are told. */
  readonly logging: ServiceLogging;
  readonly #log: LogFolder;
  /** The lanes that are open. */
  readonly #open: Set<string>;

  /**
   * Opens the log, and its files where it has a folder: one for each lane that is there from the start.
   *
   * @throws {LoggingError} as a `LogFolder`, for settings that do not hold, and where lines would go nowhere.
   */
  constructor(
    { settings = {}, folder, onLine }: LogTarget,
    { lanes, order }: Required<Pick<LogFolderOptions, "lanes" | "order">>,
  ) {
    checkLoggingSettings(settings);
    if (folder === undefined && onLine === undefined) {
      throw new LoggingError("Cannot log: the lines go nowhere, a folder or onLine is wanted");
    }
    this.logging = { settings, code: guestLoggingUrl() };
    this.#log = new LogFolder(folder, { lanes, order, workers: lanes, format: settings.format, onLine });
    this.#open = new Set(lanes);
  }

  /**
   * Opens a lane after the others.
   *
   * @throws {LoggingError} where its name is taken.
   */
  open(lane: string): void {
    this.#log.open(lane);
    this.#open.add(lane);
  }

  /** Takes the next line of a lane, which came from that worker. */
  add(line: LogLine, { lane, worker }: { readonly lane: string; readonly worker: string }): void {
    if (this.#open.has(lane)) this.#log.add({ ...line, lane }, worker);
  }

  /** Ends a lane. */
  end(lane: string): void {
    if (this.#open.delete(lane)) this.#log.end(lane);
  }

  /** Writes what is left and closes the files; gives, the first time, what failed first since it was opened. */
  close(): Error | undefined {
    this.#open.clear();
    try {
      this.#log[Symbol.dispose]();
      return undefined;
    } catch (error) {
      // It throws no other kind.
      return error as Error;
    }
  }
}
