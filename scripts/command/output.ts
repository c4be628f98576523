/**
 * Standard output, whose reader may go away: `deno task sim | head -1` ends the command instead of letting it work on.
 * On a terminal it has a width.
 *
 * @module
 */

/** Whoever read the output has closed it. */
export class OutputClosedError extends Error {
  /** The class name. */
  override readonly name = "OutputClosedError";
}

/**
 * Writes a line.
 *
 * @throws {OutputClosedError} where nobody reads any longer.
 */
export function printLine(text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.BrokenPipe)) throw cause;
    throw new OutputClosedError("Cannot write to stdout: it is closed, a reader is wanted", { cause });
  }
}

/** How many columns the terminal has; that many otherwise where stdout is none. */
export function columns(otherwise: number): number {
  if (!Deno.stdout.isTerminal()) return otherwise;
  try {
    // A terminal that was never told its size says 0.
    return Deno.consoleSize().columns || otherwise;
  } catch {
    return otherwise;
  }
}
