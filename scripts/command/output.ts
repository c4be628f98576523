/**
 * What a command writes. Its reader may go away, as in `deno task sim | head -1`, and a disk may be full: then the command
 * ends instead of working on. On a terminal, standard output has a width.
 */

/** What was to be written is not. */
export class OutputError extends Error {
  /** The class name. */
  override readonly name = "OutputError";
  /** Whether nobody reads it any longer. */
  readonly closed: boolean;

  /** Says what cannot be written, and why: in the message of what was thrown. */
  constructor(what: string, cause: unknown) {
    const is = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot write ${what}: ${is}, a place that takes it is wanted`, { cause });
    this.closed = cause instanceof Deno.errors.BrokenPipe;
  }
}

/**
 * Writes a line to standard output.
 *
 * @throws {OutputError} where it does not take it.
 */
export function printLine(text: string): void {
  printBytes(new TextEncoder().encode(`${text}\n`));
}

/**
 * Writes bytes to standard output.
 *
 * @throws {OutputError} where it does not take them.
 */
export function printBytes(bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
  } catch (cause) {
    throw new OutputError("to stdout", cause);
  }
}

/** Writes to standard error as far as it takes it: there is nowhere else to complain. */
export function complain(text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
  } catch {
    // Nobody reads it, and the work does not need it.
  }
}

/** How many columns the terminal has; that many otherwise where stdout is none. */
export function consoleColumns(otherwise: number): number {
  if (!Deno.stdout.isTerminal() && !Deno.stderr.isTerminal()) return otherwise;
  try {
    // A terminal that was never told its size says 0.
    return Deno.consoleSize().columns || otherwise;
  } catch {
    return otherwise;
  }
}
