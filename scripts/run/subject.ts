/**
 * For commands that take a program: finds the program, and reads and checks its own flags and those of the command.
 */

import type { RunnableProgram } from "../../mod.ts";
import { quoted, readArguments, UsageError } from "../command/arguments.ts";
import { flagLines, ownFlags, readParameters } from "./own_flags.ts";
import { findTarget } from "./target.ts";

/** One program in one variant. */
export interface Subject<P extends RunnableProgram = RunnableProgram> {
  readonly program: P;
  /** Its name on the command line. */
  readonly target: string;
  readonly variant: string;
  /** The parameters that differ from their defaults. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The arguments that a command takes besides a program. */
export interface CommandGrammar {
  readonly command: string;
  /** The argument that must follow the program, if any. */
  readonly operand?: string;
  /** The values of each flag that has one, for errors. */
  readonly takes: Readonly<Record<string, string>>;
  /** The flags without a value. */
  readonly switches: readonly string[];
  /** The flags that may be given more than once. */
  readonly lists?: readonly string[];
  /** The flags with a value that yield to a flag of the program with the same name. */
  readonly yielding?: readonly string[];
  /** If a module without programs is a scenario: the flags with a value that only scenarios take. */
  readonly scenarios?: readonly string[];
  /** The help text without a program. */
  readonly usage: string;
  /** The flags of an example, if one works for any program. */
  readonly example?: string;
}

/** Which programs a command takes. */
export interface Admission<P extends RunnableProgram> {
  /** The programs of `--all`. */
  readonly all: readonly P[];
  /** A program in the form that the command takes; throws a `UsageError` for one that it refuses. */
  admit(program: RunnableProgram): P;
}

/** What was given. */
export interface Given<P extends RunnableProgram = RunnableProgram> {
  /** The programs, in order. */
  readonly subjects: readonly Subject<P>[];
  /** Whether these are all programs of the list. */
  readonly all: boolean;
  /** The flags of the command that were given. */
  readonly flags: ReadonlyMap<string, string>;
  /** The given flags of the program itself, with their values, as arguments. */
  readonly own: readonly string[];
}

/**
 * Reads the arguments; returns a text if help is asked for.
 *
 * @throws {UsageError} for wrong arguments.
 */
export async function readProgram<P extends RunnableProgram>(
  args: readonly string[],
  grammar: CommandGrammar & Admission<P>,
): Promise<Given<P> | string> {
  const { command, takes, switches, lists = [], yielding = [], scenarios, usage } = grammar;
  const common = { "--variant": "a variant", ...takes };
  // The first argument that is neither a flag nor the value of a known flag.
  const place = args.findIndex((argument, index) => {
    const before = args[index - 1] ?? "";
    return !argument.startsWith("-") && !Object.hasOwn(common, before) && !scenarios?.includes(before);
  });
  const target = args[place];
  const help = args.includes("--help") || args.includes("-h");
  if (target === undefined || args.includes("--all")) {
    if (help) return usage;
    const flags = readArguments(args.filter((_, index) => index !== place), { flags: common, switches, lists });
    if (target !== undefined) {
      throw new UsageError(
        `Cannot ${command} ${quoted(target)} with --all: that means the whole list, one of the two is wanted`,
      );
    }
    if (!flags.has("--all")) {
      const all = switches.includes("--all") ? ", a module or --all" : " or a module";
      throw new UsageError(`Cannot ${command}: there is no program, one of \`deno task list\`${all} is wanted`);
    }
    const variant = flags.get("--variant");
    if (variant !== undefined) {
      throw new UsageError(`Cannot use --variant ${quoted(variant)}: --all takes every variant, one of both is wanted`);
    }
    const subjects = grammar.all.flatMap((program) => {
      return program.variants.map((variant) => ({ program, target: program.name, variant, parameters: {} }));
    });
    return { subjects, all: true, flags, own: [] };
  }
  const program = grammar.admit(await findTarget(target, { command, orScenario: scenarios !== undefined }));
  const own = ownFlags(program, [...Object.keys(common).filter((flag) => !yielding.includes(flag)), ...switches]);
  const isOwn = (flag: string) => own.some((other) => other.flag === flag);
  if (help) return programUsage(program, { ...grammar, lines: flagLines(own) });
  const flags = readArguments(args.toSpliced(place, 1), {
    lists,
    flags: {
      ...Object.fromEntries(Object.entries(common).filter(([flag]) => !isOwn(flag))),
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
  return {
    subjects: [{ program, target, variant, parameters }],
    all: false,
    flags: new Map([...flags].filter(([flag]) => !isOwn(flag))),
    own: own.flatMap(({ flag, takes }) => {
      const value = flags.get(flag);
      return value === undefined ? [] : takes === undefined ? [flag] : [flag, value];
    }),
  };
}

/** The list of variants in a help text. */
export function variantsText({ variants, specimens }: RunnableProgram): string {
  return variants.map((variant) => specimens.includes(variant) ? `${variant} (has a known bug)` : variant).join(", ");
}

function programUsage(
  program: RunnableProgram,
  { command, operand = "", takes, switches, example, lines }: CommandGrammar & { readonly lines: readonly string[] },
): string {
  const { name, claim, variants } = program;
  const others = [...Object.keys(takes), ...switches].filter((flag) => flag !== "--all");
  const last = variants.length > 1 ? ` --variant ${variants.at(-1)}` : "";
  return [
    `deno task ${command} ${name}${operand} [flags]: ${claim}`,
    "",
    ...lines.length === 0 ? ["It has no flags of its own."] : lines,
    "",
    `Variants (--variant V): ${variantsText(program)}`,
    "",
    `Flags of every program: ${others.join(", ")}`,
    ...example === undefined ? [] : ["", `Example: deno task ${command} ${name}${last}${example}`],
  ].join("\n");
}
