/**
 * The log of some guests, as their host writes it: lines get their lane and their place in it here, and are merged.
 *
 * - Invariant: the lines of a lane are numbered 0, 1, 2, ... as they come, whatever guests they come from.
 * - What comes for a lane that is not open is dropped: its guest or call has ended.
 * - What cannot be written stops no guest: the first failure is kept until the log is closed.
 *
 * @example
 * ```ts
 * import { MergedLog } from "./merged_log.ts";
 *
 * const told: string[] = [];
 * const onLine = ({ lane, sequence }: { lane: string; sequence: number }) => void told.push(`${lane}${sequence}`);
 * const log = new MergedLog({ onLine }, { lanes: ["a", "b"], order: "lanes" });
 * const line = { lane: "", sequence: 0, level: "info", category: [], message: "", properties: {} } as const;
 * for (const lane of ["b", "a", "b"]) log.add(line, { lane, worker: lane });
 * if (log.close() !== undefined || told.join() !== "a0,b0,b1") throw new Error("in the order of the lanes");
 * ```
 *
 * @module
 */

import { LoggingError } from "../errors.ts";
import {
  checkLoggingSettings,
  guestLoggingUrl,
  LogBook,
  LogFolder,
  type LoggingSettings,
  type LogLine,
  type LogOrder,
} from "../logging/mod.ts";
import type { ServiceLogging } from "../host/mod.ts";

/** What guests log, and where it goes: to a folder, to a listener, or to both. */
export interface LogTarget {
  /** What is logged; everything from level `info` up by default. */
  readonly settings?: LoggingSettings | undefined;
  /** A folder that exists, for `merged.log` and a file for each guest; none by default. */
  readonly folder?: string | undefined;
  /** Is told each line of the merged log, in its order; what it throws is thrown where the log is closed. */
  readonly onLine?: ((line: LogLine) => void) | undefined;
}

/** What is merged. */
export interface MergedLogOptions {
  /** The names of the lanes, in their order. */
  readonly lanes: readonly string[];
  /** The order of the lines. */
  readonly order: LogOrder;
  /** The names of those who have files; the lanes by default. */
  readonly workers?: readonly string[];
}

/** What both kinds of logs do. */
type Book = Pick<LogFolder, "open" | "add" | "end" | typeof Symbol.dispose>;

/** See the module. */
export class MergedLog {
  /** What guests are told. */
  readonly logging: ServiceLogging;
  readonly #book: Book;
  /** The number of the next line of each open lane. */
  readonly #next = new Map<string, number>();
  #failure: Error | undefined;

  /**
   * Opens the log, and its files where it has a folder.
   *
   * @throws {LoggingError} for settings that do not hold, a folder that does not exist, two names that are the same, an
   * unknown order, and where lines would go nowhere.
   */
  constructor({ settings = {}, folder, onLine }: LogTarget, { lanes, order, workers }: MergedLogOptions) {
    checkLoggingSettings(settings);
    if (folder === undefined && onLine === undefined) {
      throw new LoggingError("Cannot log: the lines go nowhere, a folder or onLine is wanted");
    }
    this.logging = { settings, code: guestLoggingUrl() };
    const told = (line: LogLine) => this.#guarded(() => onLine?.(line));
    const files = { format: settings.format ?? "text", ...workers === undefined ? {} : { workers } };
    this.#book = folder === undefined
      ? new LogBook({ lanes, order, write: told })
      : new LogFolder(folder, { lanes, order, ...files, onLine: told });
    for (const lane of lanes) this.#next.set(lane, 0);
  }

  /**
   * Opens a lane after the others.
   *
   * @throws {LoggingError} where its name is taken.
   */
  open(lane: string): void {
    this.#book.open(lane);
    this.#next.set(lane, 0);
  }

  /** Takes the next line of a lane, which came from that worker. */
  add(line: LogLine, { lane, worker }: { readonly lane: string; readonly worker: string }): void {
    const sequence = this.#next.get(lane);
    if (sequence === undefined) return;
    this.#next.set(lane, sequence + 1);
    this.#guarded(() => this.#book.add({ ...line, lane, sequence }, worker));
  }

  /** Ends a lane. */
  end(lane: string): void {
    if (this.#next.delete(lane)) this.#guarded(() => this.#book.end(lane));
  }

  /** Writes what is left and closes the files; gives what failed first since it was opened. Harmless twice. */
  close(): Error | undefined {
    this.#next.clear();
    this.#guarded(() => this.#book[Symbol.dispose]());
    return this.#failure;
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new TypeError(`Cannot log: ${String(error)} was thrown`);
    }
  }
}
