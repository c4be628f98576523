/**
 * `deno task replay`: repeats the run of a schedule, in the model or on real threads and processes; see `--help`.
 *
 * Exit codes: 0 if all runs had the model's outcome; 1 if one did not; 2 for wrong arguments, such as a schedule of
 * another program; 130 after Ctrl-C; 141 if nobody reads the output anymore.
 */

import { MODE_NAMES, type ModeName } from "../lib/host/mod.ts";
import { CommandHost } from "./command/command_host.ts";
import { type Clock, clocks, type RunTrace, SCHEDULE, traceOf } from "../lib/explorer/mod.ts";
import { flagReader, UsageError } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { ENGINE_TAKES, engineHelp, engineIn, withEngine } from "./command/engine_flags.ts";
import { printLine } from "./command/output.ts";
import { Progress } from "./command/progress.ts";
import { endOnSignals } from "./command/signals.ts";
import { LONGEST, MODES, modes, number, SECONDS, SEED, seed, SHORTEST } from "./command/values.ts";
import { helpText, shown, WIDTH, widthOf, wrapped } from "./command/text.ts";
import { TraceFile } from "./command/trace_file.ts";
import { writeTrace } from "./explore.ts";
import { repeat, type Repeated } from "./explore/repeat.ts";
import { headLines, nameOf, Paper, repeatedData, traceData } from "./explore/report.ts";
import { type Given, readCommand, type Subject } from "./explore/request.ts";
import { SCENARIO_FLAGS, scenarioHelp, scenarioInstead, startScenario } from "./explore/scenario_start.ts";
import { isFailed } from "../lib/program/mod.ts";
import { documentText } from "./run/report.ts";
import type { CommandGrammar } from "./run/subject.ts";

const TAKES = {
  "--mode": `all, ${MODES}`,
  "--times": "a whole number from 1 to 1000000",
  "--seed": SEED,
  "--clock": `one of ${clocks.join(", ")}`,
  "--trace": "a file to write",
  ...ENGINE_TAKES,
  "--width": WIDTH,
  "--steps": "a whole number from 1 to 1000000000",
  "--timeout": SECONDS,
} as const;

/** What `--help` prints without a program. */
export const USAGE = `deno task replay <program> <schedule> [flags]: repeats the run of a schedule

The program is one of \`deno task list\`, or your own: a module by path or URL, with #name if it exports several. The
schedule is what \`deno task explore\` printed; give the variant and the program's own flags as you did there. A program
whose main runs on the host has no schedules. A module that exports no program is a scenario: its schedules are replayed
in its world, with --seed, --steps, --lanes, --trace, --width, --json and the flags with which it was explored.

  --variant V    a variant of the program                                   [the first]
  --mode MODES   ${
  `${MODE_NAMES.join(", ")}, several with commas, or all`.padEnd(58)
} [direct: in the model; with --engine process]
  --times N      how many times to repeat it                                [1; outside the model 10]
  --seed S       decides random numbers                                     [0]
  --clock C      whether times pass in any order (free), or the earliest first (ordered)  [as when it was found]
  --lanes        draw who acts, and who waits for what, row by row
  --trace FILE   write a Chrome trace, one millisecond per row
  --steps N      the most memory operations of a run                        [10000]
  --timeout SEC  stop real tasks if they take longer                        [60]
${engineHelp(15)}
  --width N      columns of the report                                      [those of the terminal, else 80]
  --json         one JSON document on stdout
  --help         this text; after a program, its own flags

For scenarios only:
${scenarioHelp(17)}

Real threads and processes perform one memory operation at a time, in the order of the model.

Example: deno task replay deadlock hf2:straight:9l89qf --mode all`;

const GRAMMAR: CommandGrammar = {
  command: "replay",
  operand: " <schedule>",
  takes: TAKES,
  switches: ["--lanes", "--json", "--help"],
  // Whatever can be explored must be replayable.
  yielding: ["--mode", "--times", "--timeout"],
  scenarios: SCENARIO_FLAGS,
  usage: USAGE,
};

const PATIENCE = 60;
const TIMES = 10;

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const place = args.findIndex((argument) => argument.startsWith("hf") && argument.includes(":"));
  const schedule = args[place];
  const rest = schedule === undefined ? args : args.toSpliced(place, 1);
  const given = await readCommand(rest, GRAMMAR).catch(scenarioInstead);
  if (given === undefined && args.includes("--help")) {
    printLine(helpText(USAGE, args));
    return 0;
  }
  if (given === undefined) return await startScenario("replay", args);
  if (typeof given === "string") {
    printLine(helpText(given, args));
    return 0;
  }
  if (schedule !== undefined) return await replayAll(schedule, given);
  throw new UsageError(`Cannot replay: there is no schedule, one such as ${SCHEDULE} is wanted`);
}

async function replayAll(schedule: string, { subjects, flags }: Given): Promise<number> {
  const read = flagReader(flags, TAKES);
  const fallback: readonly ModeName[] = flags.has("--engine") ? ["process"] : ["direct"];
  const asked = read("--mode", fallback, (text) => text === "all" ? MODE_NAMES : modes(text));
  const engine = engineIn(flags, asked);
  const again = await withEngine(engine);
  if (again !== undefined) return again;
  const times = read("--times", undefined, number({ least: 1, most: 1e6, integer: true }));
  const timeout = read("--timeout", PATIENCE, number({ least: SHORTEST, most: LONGEST }));
  const stepLimit = read("--steps", undefined, number({ least: 1, most: 1e9, integer: true }));
  const clock = read("--clock", undefined, (text) => clocks.find((clock) => clock === text));
  const options = { schedule, seed: read("--seed", 0, seed), stepLimit, timeout, clock };
  const lanes = flags.has("--lanes");
  const [subject] = subjects;
  if (subject === undefined) throw new UsageError("Cannot replay: there is no program, one is wanted");
  const trace = traceIn(subject, options);
  const path = flags.get("--trace");
  const file = path === undefined ? undefined : await TraceFile.open(path);
  writeTrace(file, subject, trace);
  await file?.save();
  const colors = Deno.stdout.isTerminal() && !Deno.noColor;
  const width = widthOf(flags);
  const paper = new Paper({ colors, width });
  const json = flags.has("--json");
  const { outcome, finding, preemptions } = trace;
  if (!json) {
    const name = nameOf(subject);
    const head = finding === undefined
      ? [`${name}: no bug in this schedule`]
      : headLines(`${name}: ${finding.kind}`, finding.message);
    head.flatMap((line) => wrapped(line, width, "    ")).forEach(printLine);
    ["", ...paper.trace(trace, { lanes }), ""].forEach(printLine);
    // Otherwise the rows of the trace and its first lines say everything.
    if (!isFailed(outcome)) {
      wrapped(`Outcome: ${shown(outcome, { colors })}`, width, "  ").forEach(printLine);
    }
  }
  const runs: Repeated[] = [];
  await using host = new CommandHost({ engine });
  for (const mode of asked) {
    using progress = new Progress((time) => `${subject.program.name} in ${mode} mode: ${time} runs`);
    const unsubscribe = mode === "direct" ? () => {} : endOnSignals(host);
    try {
      const each = (time: number) => progress.at(time);
      const count = times ?? (mode === "direct" ? 1 : TIMES);
      const run = await repeat(subject, { ...options, mode, times: count, host, each });
      progress.clear();
      runs.push(run);
      if (!json) paper.repeated(run).forEach(printLine);
    } finally {
      unsubscribe();
    }
  }
  if (json) {
    printLine(documentText({
      program: subject.program.name,
      variant: subject.variant,
      schedule,
      kind: finding?.kind ?? null,
      message: finding?.message ?? null,
      preemptions,
      outcome: outcome ?? null,
      runs: runs.map(repeatedData),
      trace: traceData(trace, { lanes }),
    }));
  }
  return runs.every((run) => run.reproduced === run.times && run.times > 0) ? 0 : 1;
}

/** The run in the model. */
function traceIn(
  { program, variant, parameters }: Subject,
  { schedule, ...options }: {
    readonly schedule: string;
    readonly seed: number;
    readonly stepLimit: number | undefined;
    readonly clock: Clock | undefined;
  },
): RunTrace {
  try {
    return traceOf(program, schedule, { ...options, variant, parameters });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

if (import.meta.main) await runCommand(main);
