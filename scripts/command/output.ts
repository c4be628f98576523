/**
 * Writes the output of a command. If its reader goes away, as in `deno task sim | head -1`, or a disk is full, the
 * command ends. On a terminal, standard output has a width.
 */

/** Thrown if output cannot be written. */
export class OutputError extends Error {
  /** The class name. */
  override readonly name = "OutputError";
  /** Whether nobody reads the output anymore. */
  readonly closed: boolean;

  /** Makes the error: what cannot be written, and the error that says why. */
  constructor(what: string, cause: unknown) {
    const is = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot write ${what}: ${is}, a place that takes it is wanted`, { cause });
    this.closed = cause instanceof Deno.errors.BrokenPipe;
  }
}

/**
 * Writes a line to standard output.
 *
 * @throws {OutputError} if that fails.
 */
export function printLine(text: string): void {
  printBytes(new TextEncoder().encode(`${text}\n`));
}

/**
 * Writes bytes to standard output.
 *
 * @throws {OutputError} if that fails.
 */
export function printBytes(bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
  } catch (cause) {
    throw new OutputError("to stdout", cause);
  }
}

/** Writes to standard error, and ignores a failure: there is nowhere else to report it. */
export function writeToStderr(text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
  } catch {
    // Nobody reads it, and the work goes on without it.
  }
}

/** The number of columns of the terminal; `otherwise` if stdout is not a terminal. */
export function consoleColumns(otherwise: number): number {
  if (!Deno.stdout.isTerminal() && !Deno.stderr.isTerminal()) return otherwise;
  try {
    // A terminal that does not know its size reports 0.
    return Deno.consoleSize().columns || otherwise;
  } catch {
    return otherwise;
  }
}
