/**
 * The flags that every task takes, for the tasks that take few others.
 *
 * @module
 */

import { parseArgs } from "@std/cli";

/** What a task of the gate is asked for. */
export interface TaskFlags {
  /** One JSON document on stdout, nothing else. */
  readonly json: boolean;
  /** The positional arguments; empty where the task takes none. */
  readonly rest: readonly string[];
}

/** Reads a task's arguments; `--help` prints `usage` and ends with 0, a wrong argument ends with 2. */
export function taskFlags(options: { task: string; usage: string; rest?: boolean }): TaskFlags {
  const { task, usage, rest = false } = options;
  const wrong: string[] = [];
  const flags = parseArgs(Deno.args, {
    boolean: ["json", "help"],
    string: ["_"],
    unknown: (argument) => {
      if (argument.startsWith("-") || !rest) wrong.push(argument);
    },
  });
  if (flags.help) {
    console.log(usage);
    Deno.exit(0);
  }
  if (wrong.length > 0) {
    console.error(`Cannot run ${task} with ${wrong.join(" ")}: --json, --help${rest ? " or a path" : ""} is wanted`);
    Deno.exit(2);
  }
  return { json: flags.json, rest: flags._ };
}
