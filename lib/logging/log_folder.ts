/**
 * A log on disk: `merged.log`, and a file of its own for each worker.
 *
 * - Whoever reads along sees whole lines: each is written by one synchronous append, and the host alone writes.
 * - A worker's file has each line as soon as it comes; `merged.log` has it when it is its turn.
 * - A file is named for its worker: letters, digits, `-` and `_` stay, all else is in percent.
 * - All files are opened at once, so a folder that does not exist, or a name that is taken, is known before all else.
 * - A write that fails stops nobody: its file takes no more, so it holds a prefix of its log, the others go on, and the
 *   first failure is thrown where the log is disposed.
 *
 * @example
 * ```ts
 * import { LogFolder } from "./log_folder.ts";
 *
 * const folder = Deno.makeTempDirSync();
 * {
 *   using log = new LogFolder(folder, { lanes: ["anna", "ben/2"] });
 *   log.add({ lane: "anna", level: "info", category: ["bank"], message: "paid", properties: {} });
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
import { type AppendFile, platform } from "../platform/mod.ts";
import { lineText, type LogLine, type NumberedLine } from "./line.ts";
import { LogBook, type LogOrder } from "./log_book.ts";
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
  readonly format?: LogFormat | undefined;
  /** Whether to go on after what the files already hold. Default false: they start empty. */
  readonly append?: boolean;
  /** Is told each merged line when it is written; what it throws is thrown where the log is disposed. */
  readonly onLine?: ((line: NumberedLine) => void) | undefined;
}

const encoder = new TextEncoder();
/** The name of the merged file. */
const MERGED = "merged";

/** See the module; disposing writes what is left and closes the files, and doing so twice is harmless. */
export class LogFolder implements Disposable {
  readonly #folder: string | undefined;
  readonly #options: LogFolderOptions;
  readonly #book: LogBook;
  /** The names of files, as a file system that takes no notice of case sees them. */
  readonly #taken = new Set<string>();
  /** The file of each worker, and the merged one, until a write to it fails. */
  readonly #files = new Map<string, AppendFile | undefined>();
  #failure: Error | undefined;

  /**
   * Opens the files in that folder, which must exist; without a folder there are none, and `onLine` alone is told.
   *
   * @throws {LoggingError} where there is no such folder, for two workers or lanes of one name, and an unknown order.
   */
  constructor(folder: string | undefined, options: LogFolderOptions = {}) {
    const { lanes = [], order = "turns", workers = lanes } = options;
    const fault = folder === undefined ? undefined : platform.folderFault(folder);
    if (fault !== undefined) {
      throw new LoggingError(`Cannot log to ${folder}: ${fault}, a folder that exists is wanted`);
    }
    this.#folder = folder;
    this.#options = options;
    this.#book = new LogBook({ lanes, order, write: (line) => this.#merge(line) });
    if (folder === undefined) return;
    const names = [MERGED, ...workers];
    // All names are looked at before a file is touched: it may be of an earlier run.
    for (const name of names) this.#take(name);
    try {
      for (const name of names) this.#openFile(name);
    } catch (error) {
      this[Symbol.dispose]();
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
    if (this.#folder === undefined) return;
    this.#take(worker);
    this.#openFile(worker);
  }

  /**
   * Takes the next line of its lane, which came from a worker: by default that of the lane's name.
   *
   * @throws {RangeError} for a lane or a worker that is not open.
   * @throws {StateError} for a lane that has ended.
   */
  add(line: LogLine, worker: string = line.lane): void {
    if (this.#folder !== undefined && (worker === MERGED || !this.#files.has(worker))) {
      throw new RangeError(`Cannot log as worker ${worker}: it has no file, an open worker is wanted`);
    }
    this.#write(worker, this.#book.add(line));
  }

  /**
   * Ends a lane, as its guest has: no more lines come.
   *
   * @throws {RangeError} for a lane that is not open.
   */
  end(lane: string): void {
    this.#book.end(lane);
  }

  /** Writes what is left and closes the files; throws, the first time, what a write or `onLine` threw first. */
  [Symbol.dispose](): void {
    this.#book[Symbol.dispose]();
    for (const name of this.#files.keys()) this.#closeFile(name);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #take(worker: string): void {
    const file = fileName(worker);
    const seen = file.toLowerCase();
    if (this.#taken.has(seen)) {
      throw new LoggingError(`Cannot log as worker ${worker}: the file ${file} is taken, a name of its own is wanted`);
    }
    this.#taken.add(seen);
  }

  #openFile(worker: string): void {
    const empty = this.#options.append !== true;
    this.#files.set(worker, platform.append(`${this.#folder}/${fileName(worker)}`, { empty }));
  }

  #closeFile(worker: string): void {
    this.#files.get(worker)?.close();
    this.#files.set(worker, undefined);
  }

  #merge(line: NumberedLine): void {
    this.#write(MERGED, line);
    try {
      this.#options.onLine?.(line);
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new TypeError(`Cannot log: ${String(error)} was thrown`);
    }
  }

  #write(worker: string, line: NumberedLine): void {
    const file = this.#files.get(worker);
    if (file === undefined) return;
    const bytes = encoder.encode(lineText(line, this.#options.format ?? "text"));
    try {
      // All at once; only a disk that is full takes a part, and then throws.
      for (let written = 0; written < bytes.length;) written += file.write(bytes.subarray(written));
    } catch (cause) {
      this.#closeFile(worker);
      const is = `${cause instanceof Error ? cause.message : cause}`;
      this.#failure ??= new LoggingError(
        `Cannot log to ${this.#folder}/${fileName(worker)}: ${is}, a disk that takes every line is wanted`,
        { cause },
      );
    }
  }
}

/** The name of the file of a worker. */
export function fileName(worker: string): string {
  if (worker === "") throw new LoggingError("Cannot log as a worker: its name is empty, a name is wanted");
  const escaped = (character: string) =>
    Array.from(encoder.encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  return `${worker.replace(/[^A-Za-z0-9_-]/gu, escaped)}.log`;
}
