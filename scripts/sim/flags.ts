/**
 * The request to `deno task sim`: reads and checks the flags, and fills in defaults.
 */

import type { Burn, EngineOptions } from "../../mod.ts";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { flagReader, readArguments, UsageError } from "../command/arguments.ts";
import { ENGINE_TAKES, engineHelp, engineIn } from "../command/engine_flags.ts";
import { listed, WIDTH, widthOf } from "../command/text.ts";
import { LONGEST, MODES, modes, number, SECONDS, SHORTEST } from "../command/values.ts";
import type { Case } from "./case.ts";
import { DIAGRAMS, type SeeingRequest } from "./seeing.ts";

/** Everything that was asked for. */
export interface Request {
  /** The cases, in order. */
  readonly cases: readonly Case[];
  /** The engine for process guests on other hosts. */
  readonly engine: EngineOptions | undefined;
  /** Seconds within which a guest must answer. */
  readonly timeout: number | undefined;
  /** What to show besides the table. */
  readonly seeing: SeeingRequest;
  /** Where to write the Chrome trace. */
  readonly trace: string | undefined;
  /** Whether to print one JSON document on stdout, nothing else. */
  readonly json: boolean;
  /** Whether to print our own lines, not those of the original. */
  readonly own: boolean;
  /** The width of these lines, in columns. */
  readonly width: number;
}

/** What `--help` prints. */
export const USAGE = `deno task sim [flags]: simulates busy systems, each delegated to a worker, and measures the rate

Without flags: two cases in every mode, printed as the original program does. With any flag, one case:

  --mode MODES         ${`${MODE_NAMES.join(", ")}, or several with commas`.padEnd(50)} [all; with --engine process]
  --systems N          the number of busy systems                         [1]
  --period SEC         seconds between updates                            [0.1]
  --duration SEC       simulated seconds, at least one period             [4 periods]
  --no-deterministic   release the newest reply, never wait for one
  --rate R             simulated seconds per real second; 0: at full speed  [1]
  --print              print each row
  --burn KIND          wall, cpu or none: how a system spends its period  [wall]
  --plot               plot the outputs over time (with --json: give their rows as \`signals\`)
  --svg FILE           write the same plot as SVG
  --csv FILE           write the rows as CSV
  --diagram FILE       draw the diagram: FILE ends in .svg, .mmd (Mermaid) or .dot (Graphviz)
  --profile            show where the real time goes, and what delegating would gain
  --timeout SEC        give up if a worker keeps the run waiting longer   [never]
  --trace FILE         write a Chrome trace (open it in Perfetto)
${engineHelp(21)}
  --width N            columns of the report                              [those of the terminal, else 80]
  --json               one JSON document on stdout
  --help               this text

Example: deno task sim --mode thread,process --systems 2 --period 0.01 --duration 1 --burn cpu --plot --profile`;

const BURNS: readonly Burn[] = ["wall", "cpu", "none"];
const MOST_SYSTEMS = 256;
const FASTEST = 1e9;

/** What each flag takes. */
const TAKES = {
  "--mode": MODES,
  "--systems": `an integer from 1 to ${MOST_SYSTEMS}`,
  "--period": SECONDS,
  "--duration": `a number of seconds from the period to ${LONGEST}`,
  "--rate": `a number from 0 to ${FASTEST}`,
  "--burn": `one of ${BURNS.join(", ")}`,
  "--timeout": SECONDS,
  "--trace": "a file to write",
  "--svg": "a file that ends in .svg",
  "--csv": "a file to write",
  "--diagram": `a file that ends in ${listed(Object.keys(DIAGRAMS), "or")}`,
  ...ENGINE_TAKES,
  "--width": WIDTH,
} as const;

/** The cases of the original. */
const COMMON = { modes: MODE_NAMES, deterministic: true, rate: 1, burn: "wall" } as const;
const ORIGINAL: readonly Case[] = [
  { ...COMMON, systems: 1, period: 0.1, duration: 0.4, print: true },
  { ...COMMON, systems: 5, period: 0.002, duration: 1, print: false },
];

/**
 * Reads the arguments; returns `undefined` if help is asked for.
 *
 * @throws {UsageError} for wrong arguments.
 */
export function readFlags(args: readonly string[]): Request | undefined {
  if (args.includes("--help") || args.includes("-h")) return undefined;
  if (args.length === 0) {
    return {
      cases: ORIGINAL,
      seeing: { plot: false, svg: undefined, csv: undefined, diagram: undefined, profile: false },
      engine: undefined,
      timeout: undefined,
      trace: undefined,
      json: false,
      own: false,
      width: 80,
    };
  }
  const switches = ["--no-deterministic", "--print", "--plot", "--profile", "--json", "--help"];
  const given = readArguments(args, { flags: TAKES, switches });
  const read = flagReader(given, TAKES);
  const period = read("--period", 0.1, number({ least: SHORTEST, most: LONGEST }));
  const duration = read("--duration", 4 * period, number({ least: SHORTEST, most: LONGEST }));
  if (duration < period) {
    throw new UsageError(
      `Cannot use --duration ${duration}: it is shorter than the period ${period}, ${TAKES["--duration"]} is wanted`,
    );
  }
  const run: Case = {
    modes: read("--mode", given.has("--engine") ? ["process"] : MODE_NAMES, modes),
    systems: read("--systems", 1, number({ least: 1, most: MOST_SYSTEMS, integer: true })),
    period,
    duration,
    deterministic: !given.has("--no-deterministic"),
    rate: read("--rate", 1, number({ least: 0, most: FASTEST })),
    print: given.has("--print"),
    burn: read("--burn", "wall", (text) => BURNS.find((burn) => burn === text)),
  };
  const path = (flag: "--svg" | "--csv" | "--diagram", ends: readonly string[] | undefined) => {
    return read<string | undefined>(flag, undefined, (text) => {
      return text !== "" && (ends === undefined || ends.some((end) => text.endsWith(end))) ? text : undefined;
    });
  };
  return {
    cases: [run],
    engine: engineIn(given, run.modes),
    timeout: read<number | undefined>("--timeout", undefined, number({ least: SHORTEST, most: LONGEST })),
    trace: read<string | undefined>("--trace", undefined, (text) => text === "" ? undefined : text),
    seeing: {
      plot: given.has("--plot"),
      profile: given.has("--profile"),
      svg: path("--svg", [".svg"]),
      csv: path("--csv", undefined),
      diagram: path("--diagram", Object.keys(DIAGRAMS)),
    },
    json: given.has("--json"),
    own: true,
    width: widthOf(given),
  };
}
