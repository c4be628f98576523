/**
 * A file that is either written completely or left unchanged, however writing ends: the new file is written beside the
 * old one, then renamed.
 *
 * - A path that is not a regular file, such as a pipe or a device, is written directly.
 */

export class WholeFile {
  readonly #path: string;
  /** The path of the temporary file, if a file can be renamed to the target. */
  readonly #part: string | undefined;
  readonly #mode: { mode?: number };

  /** Checks that the file can be written, and leaves it unchanged; throws Deno's error if it cannot. */
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

  /** Writes the file; throws Deno's error if that fails. */
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

/** The file info at a path, if there is something. */
function infoOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
