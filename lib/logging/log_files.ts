/**
 * The files of a log, in one folder: `merged.log`, and one for each worker.
 *
 * - Whoever reads along sees whole lines: each is written by one synchronous append, and the host alone writes.
 * - A file is named for its worker: letters, digits, `-` and `_` stay, all else is in percent.
 * - All names are looked at before a file is touched: it may be of an earlier run.
 * - After a write that failed a file takes no more, so it holds a prefix of its log.
 */

import { LoggingError } from "../errors.ts";
import { type AppendFile, platform } from "../platform/mod.ts";

const encoder = new TextEncoder();
/** The name of the merged file, which no worker can have. */
export const MERGED = "merged";

/** See the module; disposing closes them, and doing so twice is harmless. */
export class LogFiles implements Disposable {
  readonly #folder: string;
  readonly #empty: boolean;
  /** The names of files, as a file system that takes no notice of case sees them. */
  readonly #taken = new Set<string>();
  /** The file of each worker, until a write to it fails. */
  readonly #files = new Map<string, AppendFile | undefined>();

  /**
   * Opens the files.
   *
   * @throws {LoggingError} if there is no such folder, and for two workers of one name.
   */
  constructor(folder: string, { workers, append }: { readonly workers: readonly string[]; readonly append: boolean }) {
    const fault = platform.folderFault(folder);
    if (fault !== undefined) {
      throw new LoggingError(`Cannot log to ${folder}: ${fault}, a folder that exists is wanted`);
    }
    this.#folder = folder;
    this.#empty = !append;
    const openings = [MERGED, ...workers].map((worker) => this.#named(worker));
    try {
      for (const open of openings) open();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Opens the file of one more worker.
   *
   * @throws {LoggingError} if its name is taken.
   */
  open(worker: string): void {
    this.#named(worker)();
  }

  /** Whether that worker has a file. */
  has(worker: string): boolean {
    return worker !== MERGED && this.#files.has(worker);
  }

  /**
   * Appends a line, which ends with its line break.
   *
   * @throws {LoggingError} the first time that the file does not take it.
   */
  write(worker: string, line: string): void {
    const file = this.#files.get(worker);
    if (file === undefined) return;
    const bytes = encoder.encode(line);
    try {
      // All at once; only a disk that is full takes a part, and then throws.
      for (let written = 0; written < bytes.length;) written += file.write(bytes.subarray(written));
    } catch (cause) {
      this.#close(worker);
      const [path, is] = [this.#pathOf(worker), cause instanceof Error ? cause.message : String(cause)];
      throw new LoggingError(`Cannot log to ${path}: ${is}, a disk that takes every line is wanted`, { cause });
    }
  }

  /** Closes them. */
  [Symbol.dispose](): void {
    for (const worker of this.#files.keys()) this.#close(worker);
  }

  /** Takes a name, and gives what opens its file. */
  #named(worker: string): () => void {
    const file = fileName(worker);
    if (this.#taken.has(file.toLowerCase())) {
      throw new LoggingError(`Cannot log as worker ${worker}: the file ${file} is taken, a name of its own is wanted`);
    }
    this.#taken.add(file.toLowerCase());
    return () => void this.#files.set(worker, platform.append(this.#pathOf(worker), { empty: this.#empty }));
  }

  #pathOf(worker: string): string {
    return `${this.#folder}/${fileName(worker)}`;
  }

  #close(worker: string): void {
    this.#files.get(worker)?.close();
    this.#files.set(worker, undefined);
  }
}

/** The name of the file of a worker. */
export function fileName(worker: string): string {
  if (worker === "") throw new LoggingError("Cannot log as a worker: its name is empty, a name is wanted");
  const escaped = (character: string) =>
    Array.from(encoder.encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  return `${worker.replace(/[^A-Za-z0-9_-]/gu, escaped)}.log`;
}
