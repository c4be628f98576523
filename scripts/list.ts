/**
 * `deno task list`: the programs in teaching order, with their variants and flags.
 */

import { programs } from "../lib/programs/mod.ts";
import type { RunnableProgram } from "../mod.ts";
import { readArguments } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { printLine } from "./command/output.ts";
import { ownFlags } from "./run/own_flags.ts";
import { variantsText } from "./run/subject.ts";

const USAGE = `deno task list [--json] [--help]: the programs, in teaching order

--json prints {"programs":[{"name","claim","specimen","variants","parameters"}]}; a specimen has a known bug, in
its first variant, and runs are judged by what they may show.

Example: deno task list`;

/** Runs the command and gives its exit code. */
export function main(args: readonly string[]): number {
  const help = args.includes("--help") || args.includes("-h");
  const given = help ? undefined : readArguments(args, { flags: {}, switches: ["--json", "--help"] });
  if (given === undefined) printLine(USAGE);
  else if (given.has("--json")) printLine(JSON.stringify({ programs: programs.map(programData) }));
  else printLine(programs.map(programText).join("\n\n"));
  return 0;
}

function programData({ name, claim, specimens, variants, parameters }: RunnableProgram): Record<string, unknown> {
  return { name, claim, specimen: specimens.length > 0, variants, parameters };
}

function programText(program: RunnableProgram): string {
  const { name, claim, variants, specimens } = program;
  const flags = ownFlags(program, []).map(({ flag }) => flag);
  const lines = [`${name}: ${claim}`];
  if (variants.length > 1 || specimens.length > 0) lines.push(`  variants: ${variantsText(program)}`);
  if (flags.length > 0) lines.push(`  flags: ${flags.join(", ")}`);
  return lines.join("\n");
}

if (import.meta.main) await runCommand(main);
