/**
 * `deno task list`: lists the programs in teaching order, with their variants and flags, or only the named ones.
 */

import { programs } from "../lib/programs/mod.ts";
import type { RunnableProgram } from "../mod.ts";
import { quoted, readArguments, UsageError } from "./command/arguments.ts";
import { called } from "./command/called.ts";
import { runCommand } from "./command/ending.ts";
import { printLine } from "./command/output.ts";
import { helpText, plain, WIDTH, widthOf, wrapped } from "./command/text.ts";
import { isProgram } from "../lib/program/mod.ts";
import { flagLines, ownFlags } from "./run/own_flags.ts";
import { variantsText } from "./run/subject.ts";
import { meant } from "./run/target.ts";

const USAGE =
  `deno task list [program ...] [flags]: lists the programs in teaching order, or the named ones with their flags

  --width N  columns of the list           [those of the terminal, else 80]
  --json     {"programs":[{"name","claim","specimen","variants","parameters"}]}
  --help     this text

A specimen has a known bug, kept on purpose, in its first variant.

Example: deno task list lock`;

const TAKES = { "--width": WIDTH } as const;

/** Runs the command and gives its exit code. */
export function main(args: readonly string[]): number {
  if (args.includes("--help") || args.includes("-h")) {
    printLine(helpText(USAGE, args));
    return 0;
  }
  const isName = (argument: string, index: number) => !argument.startsWith("-") && args[index - 1] !== "--width";
  const names = args.filter(isName);
  const given = readArguments(args.filter((argument, index) => !isName(argument, index)), {
    flags: TAKES,
    switches: ["--json", "--help"],
  });
  const width = widthOf(given);
  const chosen = names.length === 0 ? programs : names.map(programOf);
  if (given.has("--json")) printLine(JSON.stringify({ programs: chosen.map(programData) }));
  else {printLine(
      chosen.map((program) => programLines(program, { width, whole: names.length > 0 }).join("\n")).join("\n\n"),
    );}
  return 0;
}

function programOf(name: string): RunnableProgram {
  const found = programs.find((program) => program.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot list ${quoted(name)}: there is no such program, ${meant(name)}one of \`deno task list\` is wanted`,
  );
}

function programData({ name, claim, specimens, variants, parameters }: RunnableProgram): Record<string, unknown> {
  return { name, claim, specimen: specimens.length > 0, variants, parameters };
}

function programLines(
  program: RunnableProgram,
  { width, whole }: { readonly width: number; readonly whole: boolean },
): string[] {
  const { name, claim, variants, specimens } = program;
  const flags = ownFlags(program, []);
  const lines = wrapped(`${plain(name)}: ${plain(claim)}`, width, "  ");
  if (variants.length > 1 || specimens.length > 0) {
    lines.push(...wrapped(`  variants: ${variantsText(program)}`, width, "    "));
  }
  if (!whole) {
    const names = flags.map(({ flag }) => flag).join(", ");
    return flags.length === 0 ? lines : [...lines, ...wrapped(`  flags: ${names}`, width, "    ")];
  }
  const explores = isProgram(program) ? [called(`  deno task explore ${name}`)] : [];
  return [
    ...lines,
    ...flags.length === 0 ? [] : helpText(flagLines(flags).join("\n"), ["--width", String(width)]).split("\n"),
    called(`  deno task run ${name} --mode all`),
    ...explores,
  ];
}

if (import.meta.main) await runCommand(main);
