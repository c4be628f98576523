/**
 * The tasks of the gate: the flags that each takes, and how it ends.
 */

import { readArguments } from "../command/arguments.ts";
import { runCommand } from "../command/ending.ts";
import { printLine } from "../command/output.ts";

/** What a task of the gate is asked for. */
export interface TaskFlags {
  /** One JSON document on stdout, nothing else. */
  readonly json: boolean;
  /** The positional arguments; empty where the task takes none. */
  readonly rest: readonly string[];
}

/** Runs a task; `--help` prints `usage`, and only with `rest` does it take other arguments. */
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
