/**
 * A file that a flag names, for the results of a command: checked before the work, written after it.
 */

import { quoted, UsageError } from "./arguments.ts";
import { OutputError } from "./output.ts";
import { WholeFile } from "./whole_file.ts";

export class OutputFile {
  readonly #file: WholeFile;
  readonly #path: string;

  /**
   * Checks that the file can be written, and leaves it unchanged.
   *
   * @throws {UsageError} if it cannot be written.
   */
  constructor(flag: string, path: string) {
    this.#path = path;
    try {
      this.#file = new WholeFile(path);
    } catch (cause) {
      const is = cause instanceof Error ? cause.message : String(cause);
      throw new UsageError(`Cannot use ${flag} ${quoted(path)}: ${is}, a file to write is wanted`, { cause });
    }
  }

  /**
   * Writes the file.
   *
   * @throws {OutputError} if that fails.
   */
  write(text: string): void {
    try {
      this.#file.write(text);
    } catch (cause) {
      throw new OutputError(`to ${quoted(this.#path)}`, cause);
    }
  }
}
