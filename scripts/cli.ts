/**
 * The command line in one file: `deno run -A <URL of cli.js> sim --systems 2`.
 *
 * `deno task bundle` makes `dist/cli.js` from it. A command is the `main` of a script: arguments in, exit code out.
 */

import { UsageError } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { printLine } from "./command/output.ts";
import { main as explore } from "./explore.ts";
import { main as list } from "./list.ts";
import { main as replay } from "./replay.ts";
import { main as run } from "./run.ts";
import { main as scenario } from "./scenario.ts";
import { main as sim } from "./sim.ts";

// In a bundle, guests find the programs of the list and what explores them here, and the scribe of a trace finds
// itself.
export { scenarioShares } from "../lib/scenario/mod.ts";
export { sharesOf } from "../lib/split/mod.ts";
export { programs } from "../lib/programs/mod.ts";
export { runCommand } from "./command/ending.ts";
export { scribe } from "./command/trace_file.ts";

interface Command {
  readonly about: string;
  readonly main: (args: readonly string[]) => Promise<number> | number;
}

const commands: ReadonlyMap<string, Command> = new Map([
  ["sim", { about: "Run the simulations", main: sim }],
  ["list", { about: "List the programs", main: list }],
  ["run", { about: "Run a program, in any mode", main: run }],
  ["explore", { about: "Run a program in all orders, and show the one that fails", main: explore }],
  ["replay", { about: "Repeat the run of a schedule", main: replay }],
]);

const names = [...commands.keys()].join(", ");

const usage = `cli.js <command> [flags]

${[...commands].map(([name, { about }]) => `  ${name.padEnd(7)}  ${about} (${name} --help lists the flags)`).join("\n")}

Ends with 0 if what was asked held, 1 if not, 2 for a wrong argument.`;

/** Runs the command that the first argument names and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h") {
    printLine(usage);
    return 0;
  }
  // Started by explore and replay for a scenario.
  if (name === "scenario") return await scenario(rest);
  const command = name === undefined ? undefined : commands.get(name);
  if (command !== undefined) return await command.main(rest);
  const is = name === undefined ? "there is no command" : `there is no command ${name}`;
  throw new UsageError(`Cannot run the command line: ${is}, one of ${names} or --help is wanted`);
}

if (import.meta.main) await runCommand(main);
