/**
 * The files of a log in one folder: `merged.log`, and one for each worker.
 *
 * - Readers always see whole lines: each is written by one synchronous append, and only the host writes.
 * - A file is named for its worker: letters, digits, `-` and `_` stay, and everything else is percent-encoded.
 * - All names are checked before any file is touched, since it may belong to an earlier run.
 * - After a failed write, a file accepts no more, so it holds a prefix of its log.
 */

import { LoggingError } from "../errors.ts";
import { type AppendFile, platform } from "../platform/mod.ts";

const encoder = new TextEncoder();
/** The name of the merged file, which no worker can have. */
export const MERGED = "merged";

/** The files of a log; disposing closes them, and doing so twice is harmless. */
export class LogFiles implements Disposable {
  readonly #folder: string;
  readonly #empty: boolean;
  /** The names in use, as a case-insensitive file system sees them. */
  readonly #taken = new Set<string>();
  /** The file of each worker, until a write to it fails. */
  readonly #files = new Map<string, AppendFile | undefined>();

  /**
   * Opens the files.
   *
   * @throws {LoggingError} if there is no such folder, or two workers have the same name.
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
   * Opens the file of another worker.
   *
   * @throws {LoggingError} if its name is taken.
   */
  open(worker: string): void {
    this.#named(worker)();
  }

  /** Whether a worker has a file. */
  has(worker: string): boolean {
    return worker !== MERGED && this.#files.has(worker);
  }

  /**
   * Appends a line, which includes its line break.
   *
   * @throws {LoggingError} the first time that writing the file fails.
   */
  write(worker: string, line: string): void {
    const file = this.#files.get(worker);
    if (file === undefined) return;
    const bytes = encoder.encode(line);
    try {
      // All at once; only a full disk accepts part of it, and then throws.
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

  /** Claims a name; returns a function that opens its file. */
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

/** The file name of a worker. */
export function fileName(worker: string): string {
  if (worker === "") throw new LoggingError("Cannot log as a worker: its name is empty, a name is wanted");
  const escaped = (character: string) =>
    Array.from(encoder.encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  return `${worker.replace(/[^A-Za-z0-9_-]/gu, escaped)}.log`;
}
