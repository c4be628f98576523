/**
 * `deno task explore`: tries all orders in which the tasks of a program can act, and shows the one that fails; see
 * `--help`.
 *
 * Exit codes: 0 if no bug was found (with `--find`, if it was found; with `--all`, if every verdict is as declared); 1
 * if a bug was found, or not what was looked for; 2 for wrong arguments; 130 after Ctrl-C, when the results so far are
 * printed; 141 if nobody reads the output anymore.
 *
 * Its task keeps V8's young generation at 2 MB: runs make much short-lived garbage, and a larger one takes 100 MB more.
 */

import type { ExploreOptions, ExploreResult } from "../mod.ts";
import { CommandHost } from "./command/command_host.ts";
import { MODE_NAMES } from "../lib/host/mod.ts";
import {
  type BugKind,
  clocks,
  exploreInSlices,
  type Granularity,
  kinds,
  type RunTrace,
  strategies,
  traceOf,
} from "../lib/explorer/mod.ts";
import { exploreSplit, MOST_WORKERS } from "../lib/split/mod.ts";
import { flagReader, UsageError } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { ENGINE_TAKES, engineHelp, engineIn, withEngine, workersOn } from "./command/engine_flags.ts";
import { printLine } from "./command/output.ts";
import { Progress } from "./command/progress.ts";
import { endOnSignals, interruption } from "./command/signals.ts";
import { TraceFile } from "./command/trace_file.ts";
import { helpText, WIDTH, widthOf } from "./command/text.ts";
import { number, SEED, seed } from "./command/values.ts";
import { repeat, type Repeated } from "./explore/repeat.ts";
import { type Explored, exploredData, isDeclared, Paper, smallestOf } from "./explore/report.ts";
import { pageLink } from "./explore/page_link.ts";
import { openPage } from "./explore/page_start.ts";
import { type Given, readCommand, type Subject } from "./explore/request.ts";
import { SCENARIO_FLAGS, scenarioHelp, scenarioInstead, startScenario } from "./explore/scenario_start.ts";
import { spansOf } from "./explore/spans.ts";
import { documentText } from "./run/report.ts";
import type { CommandGrammar } from "./run/subject.ts";

const TAKES = {
  "--strategy": `one of ${strategies.join(", ")}`,
  "--budget": "a whole number from 1 to 1000000000",
  "--seed": SEED,
  "--find": `one of ${kinds.join(", ")}, or an outcome as JSON, such as 3 or '"text"',`,
  "--ignore": `one or more of ${kinds.filter((kind) => kind !== "nondeterminism").join(", ")}`,
  "--granularity": "operation or word",
  "--clock": `one of ${clocks.join(", ")}`,
  "--trace": "a file to write",
  "--width": WIDTH,
  "--deaths": "a whole number from 0 to 1000",
  "--steps": "a whole number from 1 to 1000000000",
  "--workers": `a whole number from 1 to ${MOST_WORKERS}`,
  ...ENGINE_TAKES,
} as const;

/** What `--help` prints without a program. */
export const USAGE = `deno task explore <program> [flags]: runs a program in all orders, and shows the one that fails

The program is one of \`deno task list\`, or your own: a module by path or URL, with #name if it exports several.
A program whose main runs on the host, with pools or workers, cannot be explored; --all leaves it out.
A module that exports no program is a scenario: an async function that takes a world, as default export, only export or
#name. Its code runs unchanged, in all orders of outside events. A scenario takes --strategy, --budget, --seed, --find,
--ignore, --clock (by default ordered), --steps (completions), --workers, --engine, --creds, --ca, --lanes, --trace,
--width, --json and flags of its own.

  --all            every program of the list, in every variant, as one table
  --variant V      a variant of the program                                      [the first]
  --strategy S     ${strategies.join(", ")}  [portfolio]
  --budget N       the most schedules to run                                     [10000; with --all 1000 each]
  --find WHAT      look only for this: a kind of bug, such as deadlock, or an outcome as JSON
  --ignore KIND    a kind of bug that does not count; may be given several times
  --granularity G  where tasks may switch: at every operation, or at every memory word  [operation]
  --clock C        whether times pass in any order (free), or the earliest first (ordered)  [free]
  --deaths N       how many tasks may die in a run, killed at any action         [0]
  --steps N        the most memory operations of a run                           [10000]
  --seed S         decides random numbers                                        [0]
  --workers N      split over N threads, with the same result                    [1; with --engine as many as cores]
${engineHelp(17)}
  --lanes          draw who acts, and who waits for what, row by row
  --trace FILE     write a Chrome trace of the run shown, one millisecond per row
  --open           serve the page and open it at the result, until Ctrl-C
  --replay         repeat a bug 10 times on real threads and processes
  --width N        columns of the report                                  [those of the terminal, else 80]
  --json           one JSON document on stdout
  --help           this text; after a program, its own flags

For scenarios only:
${scenarioHelp(19)}

Exit code: 0 if no bug was found, 1 if one was; with --find, 0 if it was found, 1 if not; with --all, 0 if every specimen
shows its bug and no other program shows one.

Examples: deno task explore bank
          deno task explore counter --strategy dpor --budget 1000000 --workers 2
          deno task explore counter --strategy depth-first --budget 1000000 --engine nats://10.0.0.5:4222`;

/** The grammar of the command. */
export const GRAMMAR: CommandGrammar = {
  command: "explore",
  takes: TAKES,
  switches: ["--all", "--lanes", "--open", "--replay", "--json", "--help"],
  lists: ["--ignore"],
  // A program's own flag takes precedence: such a program is explored on one thread.
  yielding: ["--workers"],
  scenarios: SCENARIO_FLAGS,
  usage: USAGE,
  example: "",
};

/** The most schedules of each program with `--all`. */
const BUDGET_EACH = 1000;
/** How many times `--replay` repeats a bug in each mode. */
const TIMES = 10;
/** Seconds that a repetition may take. */
const PATIENCE = 60;
/** How long to explore between two turns of the event loop, in milliseconds. */
const TURN = 20;
/** Parses the value of `--find`: a kind, or an outcome. */
function goal(text: string): ExploreOptions["find"] {
  const kind = kinds.find((kind) => kind === text);
  if (kind !== undefined) return kind;
  try {
    return { outcome: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function ignored(text: string): readonly BugKind[] | undefined {
  const words = text.split(",");
  const named = kinds.filter((kind) => kind !== "nondeterminism" && words.includes(kind));
  return words.every((word) => named.some((kind) => kind === word)) ? named : undefined;
}

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const given = await readCommand(args, GRAMMAR).catch(scenarioInstead);
  if (given === undefined && args.includes("--help")) {
    printLine(helpText(USAGE, args));
    return 0;
  }
  if (given === undefined) return await startScenario("explore", args);
  if (typeof given !== "string") return await exploreAll(given);
  printLine(helpText(given, args));
  return 0;
}

async function exploreAll({ subjects, all, flags }: Given): Promise<number> {
  const read = flagReader(flags, TAKES);
  const whole = number({ least: 1, most: 1e9, integer: true });
  const options = {
    strategy: read("--strategy", "portfolio", (text) => strategies.find((strategy) => strategy === text)),
    budget: read("--budget", all ? BUDGET_EACH : undefined, whole),
    deaths: read("--deaths", undefined, number({ least: 0, most: 1000, integer: true })),
    stepLimit: read("--steps", undefined, whole),
    granularity: read("--granularity", undefined, (text): Granularity | undefined => {
      return text === "word" || text === "operation" ? text : undefined;
    }),
    clock: read("--clock", undefined, (text) => clocks.find((clock) => clock === text)),
    find: read("--find", undefined, goal),
    ignore: read("--ignore", undefined, ignored),
    seed: read("--seed", 0, seed),
  };
  const asked = read("--workers", undefined, number({ least: 1, most: MOST_WORKERS, integer: true }));
  const engine = engineIn(flags);
  const width = widthOf(flags);
  const json = flags.has("--json");
  const lanes = flags.has("--lanes");
  if (all && lanes) throw new UsageError("Cannot use --lanes: --all shows no runs, one program is wanted");
  const [first] = subjects;
  if (flags.has("--open") && (all || first === undefined || pageLink(first) === undefined)) {
    throw new UsageError("Cannot use --open: the page shows the programs of the list, the name of one is wanted");
  }
  const again = await withEngine(engine);
  if (again !== undefined) return again;
  const workers = asked ?? await workersOn(engine);
  const path = flags.get("--trace");
  const file = path === undefined ? undefined : await TraceFile.open(path);
  const done: Explored[] = [];
  await using host = new CommandHost({ engine });
  const mode = engine === undefined ? "thread" : "process";
  const signal = interruption();
  try {
    using progress = new Progress((at) => `${at} of ${subjects.length} explored`);
    for (const subject of subjects) {
      progress.at(done.length);
      const explored = await exploreOne(subject, {
        options,
        repeats: flags.has("--replay"),
        workers,
        mode,
        host,
        signal,
      });
      done.push(explored);
      if (explored.trace !== undefined) writeTrace(file, subject, explored.trace);
      if (explored.interrupted) break;
    }
  } finally {
    await file?.save();
  }
  const interrupted = done.some((explored) => explored.interrupted);
  const paper = new Paper({ colors: Deno.stdout.isTerminal() && !Deno.noColor, width });
  const documents = done.map((explored) => ({
    ...exploredData(explored, { lanes }),
    ...all ? { declared: isDeclared(explored), trace: undefined } : {},
  }));
  if (json) printLine(documentText(all ? { programs: documents } : documents[0]));
  else if (all) paper.table(done).forEach(printLine);
  else done.flatMap((explored) => paper.explored(explored, { lanes })).forEach(printLine);
  if (interrupted) return 130;
  const [explored] = done;
  if (flags.has("--open") && explored !== undefined) {
    const { subject, result } = explored;
    return await openPage(pageLink(subject, "schedule" in result ? smallestOf(result) : {}) ?? "#");
  }
  const isGood = ({ result }: Explored) => {
    if (options.find === undefined) return result.verdict !== "bug";
    return result.verdict === (typeof options.find === "string" ? "bug" : "found");
  };
  const good = done.every(all ? isDeclared : isGood);
  return good && done.every(({ repeated }) => repeated.every((one) => one.reproduced === one.times)) ? 0 : 1;
}

/** Adds a run to a file of traces, if there is one. */
export function writeTrace(file: TraceFile | undefined, { program, variant }: Subject, trace: RunTrace): void {
  const observe = file?.process(`${program.name} (${variant})`, { start: 0 });
  if (observe !== undefined) spansOf(trace).forEach(observe);
}

/** Turns an error that refuses the program into one sentence: it is the author's mistake, not the command's. */
function refusal(error: unknown): never {
  const isRefused = error instanceof TypeError && error.message.startsWith("Cannot explore");
  throw isRefused ? new UsageError(error.message) : error;
}

async function exploreOne(
  subject: Subject,
  { options, repeats, ...split }: Split & {
    readonly options: ExploreOptions & { readonly seed: number };
    readonly repeats: boolean;
  },
): Promise<Explored> {
  const { program, variant, parameters } = subject;
  const settings = { ...options, variant, parameters };
  const started = performance.now();
  const { result, interrupted } = await inTurns(subject, settings, split).catch(refusal);
  const ms = performance.now() - started;
  const told = { isSought: options.find !== undefined, ignored: options.ignore ?? [] };
  const kind = result.verdict === "bug" ? result.kind : undefined;
  if (!("schedule" in result) || kind === "nondeterminism" || kind === "livelock") {
    return { subject, result, trace: undefined, interrupted, repeated: [], ms, ...told };
  }
  const { schedule, parameters: smaller = parameters } = smallestOf(result);
  const trace = traceOf(program, schedule, { ...settings, parameters: smaller });
  const repeated = repeats && !interrupted ? await repeatBug(subject, { ...options, schedule: result.schedule }) : [];
  return { subject, result, trace, interrupted, repeated, ms, ...told };
}

/** The number of workers over which the work is split, and what starts them. */
interface Split {
  readonly workers: number;
  readonly mode: "thread" | "process";
  readonly host: CommandHost;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Explores in slices, so that Ctrl-C is noticed between them. */
async function inTurns(
  { program, variant }: Subject,
  options: ExploreOptions,
  { workers, mode, host, signal }: Split,
): Promise<{ readonly result: ExploreResult; readonly interrupted: boolean }> {
  using progress = new Progress((schedules) => `${program.name} (${variant}): ${schedules} schedules`);
  if (workers > 1 || mode === "process") {
    const onProgress = ({ schedules }: { readonly schedules: number }) => progress.at(schedules);
    const result = await exploreSplit(program, { ...options, workers, mode, host, signal, onProgress });
    return { result, interrupted: signal.aborted };
  }
  const slices = exploreInSlices(program, options);
  let turned = performance.now();
  for (;;) {
    const { done, value } = slices.next(signal.aborted);
    if (done) return { result: value, interrupted: signal.aborted };
    progress.at(value.schedules);
    if (performance.now() - turned < TURN) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    turned = performance.now();
  }
}

/** Repeats a bug on real threads and processes. */
async function repeatBug(
  subject: Subject,
  { schedule, seed, stepLimit }: {
    readonly schedule: string;
    readonly seed: number;
    readonly stepLimit?: number | undefined;
  },
): Promise<readonly Repeated[]> {
  await using host = new CommandHost();
  const unsubscribe = endOnSignals(host);
  try {
    const repeated: Repeated[] = [];
    for (const mode of MODE_NAMES.filter((mode) => mode !== "direct")) {
      using progress = new Progress((time) => `${subject.program.name} in ${mode} mode: ${time} of ${TIMES}`);
      const each = (time: number) => progress.at(time);
      const what = { schedule, mode, times: TIMES, seed, stepLimit, timeout: PATIENCE };
      repeated.push(await repeat(subject, { ...what, host, each }));
    }
    return repeated;
  } finally {
    unsubscribe();
  }
}

if (import.meta.main) await runCommand(main);
