/**
 * The tasks of the gate: the flags that each takes, and how it ends.
 */

import { parseArgs } from "@std/cli";
import { UsageError } from "../command/arguments.ts";
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
  options: { readonly task: string; readonly usage: string; readonly rest?: boolean },
  body: (flags: TaskFlags) => Promise<number>,
): Promise<never> {
  const { task, usage, rest = false } = options;
  return await runCommand(async (args) => {
    const wrong: string[] = [];
    const flags = parseArgs([...args], {
      boolean: ["json", "help"],
      string: ["_"],
      unknown: (argument) => {
        if (argument.startsWith("-") || !rest) wrong.push(argument);
      },
    });
    if (flags.help) {
      printLine(usage);
      return 0;
    }
    if (wrong.length === 0) return await body({ json: flags.json, rest: flags._ });
    const path = rest ? " or a path" : "";
    throw new UsageError(`Cannot run ${task} with ${wrong.join(" ")}: --json, --help${path} is wanted`);
  });
}
