/**
 * What `deno task run` is asked for: its arguments read, the program found, its own flags checked.
 *
 * @module
 */

import { isHostProgram, type ModeName, programs, type RunnableProgram, settingsOf } from "../../mod.ts";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { quoted, readArguments, UsageError } from "../command/arguments.ts";
import { LONGEST, MODES, modes, number, SECONDS, SEED, seed, SHORTEST } from "../command/values.ts";
import { flagLines, ownFlags, readParameters } from "./own_flags.ts";
import { findTarget } from "./target.ts";

/** One program in one variant. */
export interface Subject {
  readonly program: RunnableProgram;
  readonly variant: string;
  /** The parameters that differ from their defaults. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Everything that was asked for. */
export interface Request {
  /** What to run, in order. */
  readonly subjects: readonly Subject[];
  /** Whether these are all of the list. */
  readonly all: boolean;
  readonly modes: readonly ModeName[];
  /** Decides all chance. */
  readonly seed: number;
  /** Seconds after which tasks are stopped. */
  readonly timeout: number;
  /** Whether to draw who runs and who waits. */
  readonly lanes: boolean;
  /** Where to write the Chrome trace. */
  readonly trace: string | undefined;
  /** One JSON document on stdout, nothing else. */
  readonly json: boolean;
}

/** Seconds that a run may take where nothing else is said. */
const PATIENCE = 60;

/** What `--help` prints without a program. */
export const USAGE = `deno task run <program> [flags]: a program, and whether it comes out the same in every mode

The program is one of \`deno task list\`, or your own: a module by path or URL, with #name where it exports several.

  --all          all of the list, in every variant, instead of one program
  --variant V    a twin of the program                                       [its first]
  --mode MODES   ${`${MODE_NAMES.join(", ")}, several with commas, or all`.padEnd(59)} [direct]
  --seed S       decides all chance; in direct mode the order of tasks, too  [0: first in, first out]
  --timeout SEC  stop the tasks if they take longer                          [${PATIENCE}]
  --lanes        draw who runs, and who waits for what; with --json the spans
  --trace FILE   write a Chrome trace: who runs, and who waits for what
  --json         one JSON document on stdout
  --help         this text; after a program, its own flags

Example: deno task run lock --mode all --tasks 4`;

const TAKES = {
  "--variant": "a variant",
  "--mode": `all, ${MODES}`,
  "--seed": SEED,
  "--timeout": SECONDS,
  "--trace": "a file to write",
} as const;

const SWITCHES = ["--all", "--lanes", "--json", "--help"];
const COMMON: readonly string[] = [...Object.keys(TAKES), ...SWITCHES];

/**
 * Reads the arguments; a text where help is asked for.
 *
 * @throws {UsageError} for arguments that make no sense.
 */
export async function readRequest(args: readonly string[]): Promise<Request | string> {
  const place = programPlace(args);
  const target = args[place];
  const help = args.includes("--help") || args.includes("-h");
  if (target === undefined || args.includes("--all")) {
    if (help) return USAGE;
    const given = readArguments(args, { flags: TAKES, switches: SWITCHES });
    if (!given.has("--all")) {
      throw new UsageError("Cannot run: there is no program, one of `deno task list`, a module or --all is wanted");
    }
    const variant = given.get("--variant");
    if (variant !== undefined) {
      throw new UsageError(`Cannot use --variant ${quoted(variant)}: --all runs every variant, one of both is wanted`);
    }
    const subjects = programs.flatMap((program) => {
      return program.variants.map((variant): Subject => ({ program, variant, parameters: {} }));
    });
    return { subjects, all: true, ...readCommon(given) };
  }
  const program = await findTarget(target);
  const flags = ownFlags(program, COMMON);
  if (help) return programUsage(program, flagLines(flags));
  const given = readArguments(args.toSpliced(place, 1), {
    flags: {
      ...TAKES,
      "--variant": `one of ${program.variants.join(", ")}`,
      ...Object.fromEntries(flags.flatMap(({ flag, takes }) => takes === undefined ? [] : [[flag, takes]])),
    },
    switches: [
      ...SWITCHES.filter((flag) => flag !== "--all"),
      ...flags.flatMap(({ flag, takes }) => takes === undefined ? [flag] : []),
    ],
  });
  const variant = given.get("--variant") ?? program.variants[0] ?? "plain";
  if (!program.variants.includes(variant)) {
    throw new UsageError(
      `Cannot use --variant ${quoted(variant)}: one of ${program.variants.join(", ")} is wanted`,
    );
  }
  const subject: Subject = { program, variant, parameters: readParameters(flags, given) };
  const common = readCommon(given);
  checkSubject(subject, common);
  return { subjects: [subject], all: false, ...common };
}

/** Refuses settings that the program refuses. */
function checkSubject({ program, variant, parameters }: Subject, { seed }: Pick<Request, "seed">): void {
  if (!isHostProgram(program)) return;
  const settings = settingsOf(program, { variant, parameters, seed });
  try {
    program.validate(settings);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(error.message.replaceAll(/[\s\p{Cc}]+/gu, " "), { cause: error });
  }
}

/** Where the program stands: the first argument that is neither a flag nor the value of a common one; -1 for none. */
function programPlace(args: readonly string[]): number {
  return args.findIndex((argument, index) => {
    return !argument.startsWith("-") && !Object.hasOwn(TAKES, args[index - 1] ?? "");
  });
}

function readCommon(given: ReadonlyMap<string, string>): Omit<Request, "subjects" | "all"> {
  const read = <T>(flag: keyof typeof TAKES, fallback: T, parse: (text: string) => T | undefined): T => {
    const text = given.get(flag);
    if (text === undefined) return fallback;
    const value = parse(text);
    if (value !== undefined) return value;
    throw new UsageError(`Cannot use ${flag} ${quoted(text)}: ${TAKES[flag]} is wanted`);
  };
  return {
    modes: read("--mode", ["direct"], (text) => text === "all" ? MODE_NAMES : modes(text)),
    seed: read("--seed", 0, seed),
    timeout: read("--timeout", PATIENCE, number({ least: SHORTEST, most: LONGEST })),
    lanes: given.has("--lanes"),
    trace: read<string | undefined>("--trace", undefined, (text) => text === "" ? undefined : text),
    json: given.has("--json"),
  };
}

function programUsage({ name, claim, variants, specimens }: RunnableProgram, lines: readonly string[]): string {
  const twins = variants.map((variant) => specimens.includes(variant) ? `${variant} (has a known bug)` : variant);
  return [
    `deno task run ${name} [flags]: ${claim}`,
    "",
    ...lines.length === 0 ? ["It has no flags of its own."] : lines,
    "",
    `Variants (--variant V): ${twins.join(", ")}`,
    `Flags of every program: ${COMMON.filter((flag) => flag !== "--all" && flag !== "--variant").join(", ")}`,
    "",
    `Example: deno task run ${name}${variants.length > 1 ? ` --variant ${variants.at(-1)}` : ""} --mode all`,
  ].join("\n");
}
