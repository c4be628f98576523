/**
 * A file that is written as a whole or stays as it was, whatever ends the writing: it is written beside its place, and
 * renamed.
 *
 * - What is no file, such as a pipe or a device, is written as it is.
 */

export class WholeFile {
  readonly #path: string;
  /** Beside the path, where a file can be renamed to it. */
  readonly #part: string | undefined;
  readonly #mode: { mode?: number };

  /** Finds out whether it can be written, and leaves it as it was; throws what Deno throws where it cannot. */
  constructor(path: string) {
    const info = infoOf(path);
    if (info?.isDirectory) throw new Deno.errors.IsADirectory("it is a folder");
    this.#path = info?.isFile ? Deno.realPathSync(path) : path;
    this.#mode = info?.mode ? { mode: info.mode & 0o777 } : {};
    if (info !== undefined && !info.isFile) return;
    if (info !== undefined) Deno.openSync(path, { append: true }).close();
    this.#part = `${this.#path}.${Deno.pid}.part`;
    Deno.openSync(this.#part, { write: true, createNew: true }).close();
    Deno.removeSync(this.#part);
  }

  /** Writes it; throws what Deno throws where that fails. */
  write(text: string): void {
    if (this.#part === undefined) return Deno.writeTextFileSync(this.#path, text);
    try {
      Deno.writeTextFileSync(this.#part, text, { createNew: true, ...this.#mode });
      Deno.renameSync(this.#part, this.#path);
    } catch (error) {
      if (infoOf(this.#part) !== undefined) Deno.removeSync(this.#part);
      throw error;
    }
  }
}

/** What there is, if there is something. */
function infoOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
