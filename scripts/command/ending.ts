/**
 * How a command ends: with an exit code, also after wrong arguments and where it cannot write or read.
 *
 * - What the user or the machine has to mend is one sentence on stderr, never a stack: 2 after wrong arguments, 141 where
 *   nobody reads the output any longer, 1 where a disk is full, a folder is missing or a permission is.
 */

import { UsageError } from "./arguments.ts";
import { EngineError } from "../../lib/errors.ts";
import { complain, OutputError } from "./output.ts";
import { endOfSignal } from "./signals.ts";
import { complaintText } from "./text.ts";

/** Runs a command, with the arguments of this process, and ends the process with its exit code. */
export async function runCommand(main: (args: readonly string[]) => Promise<number> | number): Promise<never> {
  const code = await exitCode(main, Deno.args);
  await endOfSignal();
  // A thread that is stuck would keep the process alive.
  Deno.exit(code);
}

/** The exit code of a command with these arguments, after the sentence about what ended it. */
export async function exitCode(
  main: (args: readonly string[]) => Promise<number> | number,
  args: readonly string[],
): Promise<number> {
  try {
    return await main(args);
  } catch (error) {
    if (error instanceof OutputError && error.closed) return 141;
    if (error instanceof UsageError || error instanceof OutputError || error instanceof EngineError) {
      complain(`${complaintText(error.message, args)}\n`);
    } else if (isOfSystem(error)) complain(`${complaintText(`Cannot go on: ${error.message}`, args)}\n`);
    else throw error;
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Whether an error is the machine's, not a fault of the program. */
function isOfSystem(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return /\(os error \d+\)/.test(error.message) || Object.values(Deno.errors).some((one) => error instanceof one);
}
