/**
 * Ends a command with an exit code, also after wrong arguments, and if it cannot read or write.
 *
 * - An error that the user or the machine has to fix is one sentence on stderr, never a stack: 2 after wrong arguments,
 *   141 if nobody reads the output anymore, 1 if a disk is full, or a folder or a permission is missing.
 */

import { UsageError } from "./arguments.ts";
import { EngineError } from "../../lib/errors.ts";
import { OutputError, writeToStderr } from "./output.ts";
import { endOfSignal } from "./signals.ts";
import { complaintText } from "./text.ts";

/** Runs a command, with the arguments of this process, and ends the process with its exit code. */
export async function runCommand(main: (args: readonly string[]) => Promise<number> | number): Promise<never> {
  const code = await exitCode(main, Deno.args);
  await endOfSignal();
  // A stuck thread would keep the process alive.
  Deno.exit(code);
}

/** Runs a command with these arguments; returns its exit code, after printing the sentence about a failure. */
export async function exitCode(
  main: (args: readonly string[]) => Promise<number> | number,
  args: readonly string[],
): Promise<number> {
  try {
    return await main(args);
  } catch (error) {
    if (error instanceof OutputError && error.closed) return 141;
    if (error instanceof UsageError || error instanceof OutputError || error instanceof EngineError) {
      writeToStderr(`${complaintText(error.message, args)}\n`);
    } else if (isOfSystem(error)) writeToStderr(`${complaintText(`Cannot go on: ${error.message}`, args)}\n`);
    else throw error;
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Whether an error is due to the machine, not to a fault of the program. */
function isOfSystem(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return /\(os error \d+\)/.test(error.message) || Object.values(Deno.errors).some((one) => error instanceof one);
}
