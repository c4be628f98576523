/**
 * What `deno task explore` and `deno task replay` are asked for: a program, its variant and flags, and the flags of the
 * command.
 *
 * @module
 */

import { type AnyProgram, isProgram, programs } from "../../mod.ts";
import { quoted, readArguments, UsageError } from "../command/arguments.ts";
import { flagLines, ownFlags, readParameters } from "../run/own_flags.ts";
import { findTarget } from "../run/target.ts";

/** One program, as it is set. */
export interface Subject {
  readonly program: AnyProgram;
  /** As it is called on the command line. */
  readonly target: string;
  readonly variant: string;
  /** The parameters that differ from their defaults. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The flags that say all this once more. */
  readonly flags: readonly string[];
}

/** What a command takes besides a program. */
export interface CommandGrammar {
  readonly command: string;
  /** What each flag with a value takes. */
  readonly takes: Readonly<Record<string, string>>;
  /** The flags without a value. */
  readonly switches: readonly string[];
  /** The help text without a program. */
  readonly usage: string;
}

/** What was given. */
export interface Given {
  /** The programs, in order. */
  readonly subjects: readonly Subject[];
  /** Whether these are all of the list. */
  readonly all: boolean;
  /** The flags of the command. */
  readonly flags: ReadonlyMap<string, string>;
}

/**
 * Reads the arguments; a text where help is asked for.
 *
 * @throws {UsageError} for arguments that make no sense.
 */
export async function readCommand(args: readonly string[], grammar: CommandGrammar): Promise<Given | string> {
  const { command, takes, switches, usage } = grammar;
  const common = { "--variant": "a variant", ...takes };
  const place = args.findIndex((argument, index) => {
    return !argument.startsWith("-") && !Object.hasOwn(common, args[index - 1] ?? "");
  });
  const target = args[place];
  const help = args.includes("--help") || args.includes("-h");
  if (target === undefined || args.includes("--all")) {
    if (help) return usage;
    const flags = readArguments(args, { flags: common, switches });
    if (!flags.has("--all")) {
      const all = switches.includes("--all") ? ", a module or --all" : " or a module";
      throw new UsageError(`Cannot ${command}: there is no program, one of \`deno task list\`${all} is wanted`);
    }
    const variant = flags.get("--variant");
    if (variant !== undefined) {
      throw new UsageError(`Cannot use --variant ${quoted(variant)}: --all takes every variant, one of both is wanted`);
    }
    return { subjects: allSubjects(), all: true, flags };
  }
  const found = await findTarget(target);
  if (!isProgram(found)) {
    throw new UsageError(
      `Cannot ${command} ${found.name}: its main runs on the host, and the explorer runs programs of shared memory, ` +
        `one of those or \`deno task run\` is wanted`,
    );
  }
  const program = small(found);
  const own = ownFlags(program, [...Object.keys(common), ...switches]);
  if (help) return programUsage(program, { command, lines: flagLines(own), common, switches });
  const flags = readArguments(args.toSpliced(place, 1), {
    flags: {
      ...common,
      "--variant": `one of ${program.variants.join(", ")}`,
      ...Object.fromEntries(own.flatMap(({ flag, takes }) => takes === undefined ? [] : [[flag, takes]])),
    },
    switches: [
      ...switches.filter((flag) => flag !== "--all"),
      ...own.flatMap(({ flag, takes }) => takes === undefined ? [flag] : []),
    ],
  });
  const variant = flags.get("--variant") ?? program.variants[0] ?? "plain";
  if (!program.variants.includes(variant)) {
    throw new UsageError(`Cannot use --variant ${quoted(variant)}: one of ${program.variants.join(", ")} is wanted`);
  }
  const parameters = readParameters(own, flags);
  const again = ["--variant", "--seed", "--steps", ...own.map(({ flag }) => flag)].flatMap((flag) => {
    const value = flags.get(flag);
    return value === undefined ? [] : value === "" ? [flag] : [flag, value];
  });
  return { subjects: [{ program, target, variant, parameters, flags: again }], all: false, flags };
}

/** Reads a flag of the command. */
export function readFlag<T>(
  { flags, takes }: { readonly flags: ReadonlyMap<string, string>; readonly takes: Readonly<Record<string, string>> },
  flag: string,
  { fallback, parse }: { readonly fallback: T; readonly parse: (text: string) => T | undefined },
): T {
  const text = flags.get(flag);
  if (text === undefined) return fallback;
  const value = parse(text);
  if (value !== undefined) return value;
  throw new UsageError(`Cannot use ${flag} ${quoted(text)}: ${takes[flag]} is wanted`);
}

/** A program whose defaults are those for exploring. */
function small(program: AnyProgram): AnyProgram {
  const parameters = Object.entries(program.parameters).map(([name, parameter]) => {
    const explored = "explored" in parameter ? parameter.explored : undefined;
    return [name, explored === undefined ? parameter : { ...parameter, default: explored }];
  });
  return { ...program, parameters: Object.fromEntries(parameters) };
}

function allSubjects(): Subject[] {
  return programs.filter(isProgram).map(small).flatMap((program) => {
    return program.variants.map((variant): Subject => {
      return { program, target: program.name, variant, parameters: {}, flags: ["--variant", variant] };
    });
  });
}

function programUsage({ name, claim, variants, specimens }: AnyProgram, { command, lines, common, switches }: {
  readonly command: string;
  readonly lines: readonly string[];
  readonly common: Readonly<Record<string, string>>;
  readonly switches: readonly string[];
}): string {
  const twins = variants.map((variant) => specimens.includes(variant) ? `${variant} (has a known bug)` : variant);
  const others = [...Object.keys(common), ...switches].filter((flag) => flag !== "--all" && flag !== "--variant");
  return [
    `deno task ${command} ${name}${command === "replay" ? " <schedule>" : ""} [flags]: ${claim}`,
    "",
    ...lines.length === 0 ? ["It has no flags of its own."] : lines,
    "",
    `Variants (--variant V): ${twins.join(", ")}`,
    `Flags of every program: ${others.join(", ")}`,
  ].join("\n");
}
