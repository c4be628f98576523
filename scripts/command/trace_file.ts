/**
 * The file that a trace is written to: tried before the run, written after it.
 *
 * @module
 */

import { ChromeTrace } from "../../lib/simulator/mod.ts";
import { quoted, UsageError } from "./arguments.ts";

/** See the module. */
export class TraceFile {
  /** What is to be written. */
  readonly trace: ChromeTrace = new ChromeTrace();
  readonly #path: string;

  /**
   * Tries the file and leaves it as it was.
   *
   * @throws {UsageError} where it cannot be written.
   */
  constructor(path: string) {
    this.#path = path;
    try {
      const made = !exists(path);
      Deno.openSync(path, { append: true, create: true }).close();
      if (made) Deno.removeSync(path);
    } catch (cause) {
      const is = cause instanceof Error ? cause.message : String(cause);
      throw new UsageError(`Cannot use --trace ${quoted(path)}: ${is}, a file to write is wanted`, { cause });
    }
  }

  /** Writes what was collected. */
  save(): void {
    Deno.writeTextFileSync(this.#path, JSON.stringify(this.trace));
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
