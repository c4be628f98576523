/**
 * The request to `deno task run`: reads the arguments, finds the program, and checks its own flags.
 */

import { programs } from "../../lib/programs/mod.ts";
import { type EngineOptions, isHostProgram, type ModeName, settingsOf } from "../../mod.ts";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { flagReader, UsageError } from "../command/arguments.ts";
import { LONGEST, MODES, modes, number, SECONDS, SEED, seed, SHORTEST } from "../command/values.ts";
import { ENGINE_TAKES, engineHelp, engineIn } from "../command/engine_flags.ts";
import { WIDTH, widthOf } from "../command/text.ts";
import { type CommandGrammar, readProgram, type Subject } from "./subject.ts";

/** Everything that was asked for. */
export interface Request {
  /** What to run, in order. */
  readonly subjects: readonly Subject[];
  /** Whether these are all programs of the list. */
  readonly all: boolean;
  readonly modes: readonly ModeName[];
  /** The engine for process guests on other hosts. */
  readonly engine: EngineOptions | undefined;
  /** Decides random numbers. */
  readonly seed: number;
  /** Seconds after which tasks are stopped. */
  readonly timeout: number;
  /** Whether to draw who runs and who waits. */
  readonly lanes: boolean;
  /** Where to write the Chrome trace. */
  readonly trace: string | undefined;
  /** Whether to print one JSON document on stdout, nothing else. */
  readonly json: boolean;
  /** The width of lines, in columns. */
  readonly width: number;
}

/** The default of `--timeout`, in seconds. */
const PATIENCE = 60;

/** What `--help` prints without a program. */
export const USAGE =
  `deno task run <program> [flags]: runs a program, and checks that its outcome is the same in every mode

The program is one of \`deno task list\`, or your own: a module by path or URL, with #name if it exports several.

  --all          every program of the list, in every variant
  --variant V    a variant of the program                                    [the first]
  --mode MODES   ${`${MODE_NAMES.join(", ")}, several with commas, or all`.padEnd(59)} [direct; with --engine process]
  --seed S       decides random numbers and, in direct mode, the order of tasks  [0: first in, first out]
  --timeout SEC  stop the tasks if they take longer                          [${PATIENCE}]
  --lanes        draw who runs, and who waits for what; with --json, give the spans
  --trace FILE   write a Chrome trace: who runs, and who waits for what
${engineHelp(15)}
  --width N      columns of the report                                       [those of the terminal, else 80]
  --json         one JSON document on stdout
  --help         this text; after a program, its own flags

Example: deno task run lock --mode all --tasks 4`;

const TAKES = {
  "--mode": `all, ${MODES}`,
  "--seed": SEED,
  "--timeout": SECONDS,
  "--trace": "a file to write",
  ...ENGINE_TAKES,
  "--width": WIDTH,
} as const;

const GRAMMAR: CommandGrammar = {
  command: "run",
  takes: TAKES,
  switches: ["--all", "--lanes", "--json", "--help"],
  usage: USAGE,
  example: " --mode all",
};

/**
 * Reads the arguments; returns a text if help is asked for.
 *
 * @throws {UsageError} for wrong arguments.
 */
export async function readRequest(args: readonly string[]): Promise<Request | string> {
  const given = await readProgram(args, { ...GRAMMAR, all: programs, admit: (program) => program });
  if (typeof given === "string") return given;
  const { subjects, all, flags } = given;
  const read = flagReader(flags, TAKES);
  const fallback: readonly ModeName[] = flags.has("--engine") ? ["process"] : ["direct"];
  const asked = read("--mode", fallback, (text) => text === "all" ? MODE_NAMES : modes(text));
  const seeded = read("--seed", 0, seed);
  for (const subject of subjects) checkSubject(subject, seeded);
  return {
    subjects,
    all,
    modes: asked,
    engine: engineIn(flags, asked),
    seed: seeded,
    timeout: read("--timeout", PATIENCE, number({ least: SHORTEST, most: LONGEST })),
    lanes: flags.has("--lanes"),
    trace: read<string | undefined>("--trace", undefined, (text) => text === "" ? undefined : text),
    json: flags.has("--json"),
    width: widthOf(flags),
  };
}

/** Refuses settings that the program refuses. */
function checkSubject({ program, variant, parameters }: Subject, seed: number): void {
  if (!isHostProgram(program)) return;
  const settings = settingsOf(program, { variant, parameters, seed });
  try {
    program.validate(settings);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(error.message.replaceAll(/[\s\p{Cc}]+/gu, " "), { cause: error });
  }
}
