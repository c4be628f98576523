/**
 * Runs tasks of the gate: reads their flags, and ends them with an exit code.
 */

import { readArguments } from "../command/arguments.ts";
import { runCommand } from "../command/ending.ts";
import { printLine } from "../command/output.ts";

/** The request to a task of the gate. */
export interface TaskFlags {
  /** Whether to print one JSON document on stdout, nothing else. */
  readonly json: boolean;
  /** The positional arguments; empty if the task takes none. */
  readonly rest: readonly string[];
}

/** Runs a task; `--help` prints `usage`, and only with `rest` are other arguments allowed. */
export async function runTask(
  { usage, rest = false }: { readonly usage: string; readonly rest?: boolean },
  body: (flags: TaskFlags) => Promise<number>,
): Promise<never> {
  return await runCommand(async (args) => {
    const paths = rest ? args.filter((argument) => !argument.startsWith("-")) : [];
    const others = args.filter((argument) => !paths.includes(argument));
    const given = readArguments(others, { flags: {}, switches: ["--json", "--help"] });
    if (!given.has("--help")) return await body({ json: given.has("--json"), rest: paths });
    printLine(usage);
    return 0;
  });
}
