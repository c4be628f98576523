/**
 * A file of whole lines: each is appended by one synchronous write, so that whoever reads along sees no torn one.
 *
 * @example
 * ```ts
 * import { fileName, LogFile } from "./log_file.ts";
 *
 * const path = Deno.makeTempFileSync();
 * {
 *   using file = new LogFile(path);
 *   file.write("one\n");
 *   file.write("two\n");
 * }
 * if (Deno.readTextFileSync(path) !== "one\ntwo\n") throw new Error("appended");
 * if (fileName("../a b") !== "%2E%2E%2Fa%20b.log") throw new Error("a name never leaves its folder");
 * Deno.removeSync(path);
 * ```
 *
 * @module
 */

import { LoggingError } from "../errors.ts";

const encoder = new TextEncoder();

/** See the module; closing it twice is harmless. */
export class LogFile implements Disposable {
  readonly #file: Deno.FsFile;
  #closed = false;

  /** Opens a file, which starts empty unless `append` is set. */
  constructor(path: string, { append = false }: { append?: boolean } = {}) {
    if (!append) Deno.writeFileSync(path, new Uint8Array(0));
    this.#file = Deno.openSync(path, { append: true, create: true });
  }

  /** Appends a line, which ends with its line break. */
  write(line: string): void {
    const bytes = encoder.encode(line);
    // All at once; only a disk that is full takes a part, and then throws.
    for (let written = 0; written < bytes.length;) written += this.#file.writeSync(bytes.subarray(written));
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }
}

/** The name of the file of a worker: letters, digits, `-` and `_` stay, all else is in percent. */
export function fileName(worker: string): string {
  if (worker === "") throw new LoggingError("Cannot log as a worker: its name is empty, a name is wanted");
  const escaped = (character: string) =>
    Array.from(encoder.encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  return `${worker.replace(/[^A-Za-z0-9_-]/gu, escaped)}.log`;
}

/**
 * Makes sure of a folder.
 *
 * @throws {LoggingError} where there is none of that name.
 */
export function checkFolder(folder: string): void {
  const what = folderFault(folder);
  if (what !== undefined) throw new LoggingError(`Cannot log to ${folder}: ${what}, a folder that exists is wanted`);
}

function folderFault(folder: string): string | undefined {
  try {
    return Deno.statSync(folder).isDirectory ? undefined : "it is no folder";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "there is none";
    throw error;
  }
}
