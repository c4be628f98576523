/**
 * The command line in one file: `deno run -A <URL of cli.js> sim --systems 2`.
 *
 * `deno task bundle` makes `dist/cli.js` of it. A command is a script's `main`: its arguments in, its exit code out.
 *
 * @module
 */

import { main as explore } from "./explore.ts";
import { main as list } from "./list.ts";
import { main as replay } from "./replay.ts";
import { main as run } from "./run.ts";
import { main as sim } from "./sim.ts";

// A guest finds the programs of the list here when all is one file.
export { programs } from "../mod.ts";

interface Command {
  readonly about: string;
  readonly main: (args: string[]) => Promise<number>;
}

const commands: ReadonlyMap<string, Command> = new Map([
  ["sim", { about: "Run the simulations", main: sim }],
  ["list", { about: "List the programs", main: list }],
  ["run", { about: "Run a program, in any mode", main: run }],
  ["explore", { about: "Run a program in all orders, and show the one that fails", main: explore }],
  ["replay", { about: "Run a schedule once more", main: replay }],
]);

const names = [...commands.keys()].join(", ");

const usage = `cli.js <command> [flags]

${[...commands].map(([name, { about }]) => `  ${name.padEnd(7)}  ${about} (${name} --help lists the flags)`).join("\n")}

Ends with 0 if what was asked held, 1 if not, 2 for a wrong argument.`;

/** Runs the command that the first argument names and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h") {
    console.log(usage);
    return 0;
  }
  const command = name === undefined ? undefined : commands.get(name);
  if (command !== undefined) return await command.main(rest);
  const is = name === undefined ? "there is no command" : `there is no command ${name}`;
  console.error(`Cannot run the command line: ${is}, one of ${names} or --help is wanted`);
  return 2;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
