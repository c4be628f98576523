/**
 * A log on disk: `merged.log`, and a file of its own for each worker.
 *
 * - Whoever reads along sees whole lines: each is written by one synchronous append, and the host alone writes.
 * - A worker's file has each line as soon as it comes; `merged.log` has it when it is its turn.
 * - A file is named for its worker: letters, digits, `-` and `_` stay, all else is in percent.
 * - All files are opened at once, so a folder that does not exist, or a name that is taken, is known before all else.
 *
 * @example
 * ```ts
 * import { LogFolder } from "./log_folder.ts";
 *
 * const folder = Deno.makeTempDirSync();
 * {
 *   using log = new LogFolder(folder, { lanes: ["anna", "ben/2"] });
 *   log.add({ lane: "anna", sequence: 0, level: "info", category: ["bank"], message: "paid", properties: {} });
 * }
 * const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
 * if (names.join() !== "anna.log,ben%2F2.log,merged.log") throw new Error("a file each, and the merged one");
 * if (Deno.readTextFileSync(`${folder}/merged.log`) !== "info    anna bank: paid\n") throw new Error("one line");
 * Deno.removeSync(folder, { recursive: true });
 * ```
 *
 * @module
 */

import { LoggingError } from "../errors.ts";
import { lineText, type LogLine } from "./line.ts";
import { LogBook, type LogOrder } from "./log_book.ts";
import { checkFolder, fileName, LogFile } from "./log_file.ts";
import type { LogFormat } from "./settings.ts";

/** What a log on disk is made of. */
export interface LogFolderOptions {
  /** The names of the lanes, in their order. */
  readonly lanes?: readonly string[];
  /** The order of the merged lines. Default `turns`. */
  readonly order?: LogOrder;
  /** The names of the workers that have files. Default the lanes: each lane is a worker. */
  readonly workers?: readonly string[];
  /** How a line is written. Default `text`. */
  readonly format?: LogFormat;
  /** Whether to go on after what the files already hold. Default false: they start empty. */
  readonly append?: boolean;
  /** Is told each merged line when it is written. */
  readonly onLine?: (line: LogLine) => void;
}

/** See the module; disposing writes what is left and closes the files, and doing so twice is harmless. */
export class LogFolder implements Disposable {
  readonly #folder: string;
  readonly #options: LogFolderOptions;
  /** The file of each worker. */
  readonly #files = new Map<string, LogFile>();
  /** The names of files, as a file system that takes no notice of case sees them. */
  readonly #taken = new Set<string>();
  readonly #book: LogBook;
  readonly #merged: LogFile;

  /**
   * Opens the files in that folder, which must exist.
   *
   * @throws {LoggingError} where there is no such folder, for two workers or lanes of one name, and an unknown order.
   */
  constructor(folder: string, options: LogFolderOptions = {}) {
    const { lanes = [], order = "turns", workers = lanes, onLine } = options;
    checkFolder(folder);
    this.#folder = folder;
    this.#options = options;
    const write = (line: LogLine) => {
      this.#merged.write(this.#text(line));
      onLine?.(line);
    };
    this.#book = new LogBook({ lanes, order, write });
    // All names are looked at before a file is touched: it may be of an earlier run.
    const merged = this.#named("merged");
    const named = workers.map((worker) => [worker, this.#named(worker)] as const);
    this.#merged = this.#opened(merged);
    try {
      for (const [worker, path] of named) this.#files.set(worker, this.#opened(path));
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  /**
   * Adds a lane after the others, with a file where lanes are workers.
   *
   * @throws {LoggingError} where its name is taken.
   * @throws {StateError} with the order `turns`, where lines have come or lanes have ended before.
   */
  open(lane: string): void {
    this.#book.open(lane);
    if (this.#options.workers !== undefined) return;
    try {
      this.openWorker(lane);
    } catch (error) {
      // The others must not wait for it.
      this.#book.end(lane);
      throw error;
    }
  }

  /**
   * Opens the file of one more worker.
   *
   * @throws {LoggingError} where its name is taken.
   */
  openWorker(worker: string): void {
    this.#files.set(worker, this.#opened(this.#named(worker)));
  }

  /**
   * Takes the next line of its lane, which came from a worker: by default that of the lane's name.
   *
   * @throws {RangeError} for a lane or a worker that is not open.
   * @throws {StateError} for a lane that has ended, and a line that is not the next.
   */
  add(line: LogLine, worker: string = line.lane): void {
    const file = this.#files.get(worker);
    if (file === undefined) {
      throw new RangeError(`Cannot log as worker ${worker}: it has no file, an open worker is wanted`);
    }
    this.#book.add(line);
    file.write(this.#text(line));
  }

  /**
   * Ends a lane, as its guest has: no more lines come.
   *
   * @throws {RangeError} for a lane that is not open.
   */
  end(lane: string): void {
    this.#book.end(lane);
  }

  /** Writes what is left and closes the files. */
  [Symbol.dispose](): void {
    this.#book[Symbol.dispose]();
    this.#close();
  }

  #text(line: LogLine): string {
    return lineText(line, this.#options.format ?? "text");
  }

  /** The path of a file, which is taken from here on. */
  #named(name: string): string {
    const file = fileName(name);
    const seen = file.toLowerCase();
    if (this.#taken.has(seen)) {
      throw new LoggingError(`Cannot log as worker ${name}: the file ${file} is taken, a name of its own is wanted`);
    }
    this.#taken.add(seen);
    return `${this.#folder}/${file}`;
  }

  #opened(path: string): LogFile {
    const { append = false } = this.#options;
    return new LogFile(path, { append });
  }

  #close(): void {
    this.#merged[Symbol.dispose]();
    for (const file of this.#files.values()) file[Symbol.dispose]();
  }
}
