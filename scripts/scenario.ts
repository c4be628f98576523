/**
 * What `deno task explore` and `deno task replay` do with a scenario, once they have permission to run esbuild; see
 * their `--help`.
 *
 * Exit codes: 0 if no bug was found (with `--find`, if it was found); 1 if a bug was found, or not what was looked for;
 * 2 for wrong arguments or a module that is not a scenario; 130 after Ctrl-C, when the results so far are printed; 141
 * if nobody reads the output anymore.
 */

import { ScenarioError } from "../lib/errors.ts";
import { type BugKind, clocks, kinds, type RunTrace, SCHEDULE, unreduced } from "../lib/explorer/mod.ts";
import {
  drains,
  type Esbuild,
  exploreScenario,
  type ExploreScenarioOptions,
  replayScenario,
  scenarioKinds,
  type ScenarioRunOptions,
} from "../lib/scenario/mod.ts";
import { exploreScenarioSplit, MOST_WORKERS } from "../lib/split/mod.ts";
import { flagReader, quoted, readArguments, UsageError } from "./command/arguments.ts";
import { CommandHost } from "./command/command_host.ts";
import { runCommand } from "./command/ending.ts";
import { ENGINE_TAKES, engineIn, workersOn } from "./command/engine_flags.ts";
import { printLine } from "./command/output.ts";
import { OutputFile } from "./command/output_file.ts";
import { Progress } from "./command/progress.ts";
import { interruption } from "./command/signals.ts";
import { WIDTH, widthOf } from "./command/text.ts";
import { TraceFile } from "./command/trace_file.ts";
import { LONGEST, number, SEED, seed } from "./command/values.ts";
import { bundleFolder } from "./explore/bundle_folder.ts";
import { PAGE, scenarioLink } from "./explore/page_link.ts";
import { Paper } from "./explore/report.ts";
import { replayedData, replayedLines, scenarioData, scenarioLines } from "./explore/scenario_report.ts";
import { SCENARIO_FLAGS } from "./explore/scenario_start.ts";
import { chainSpans } from "./explore/spans.ts";
import { ESBUILD } from "./packages.ts";
import { moduleOf } from "./run/module_of.ts";
import { documentText } from "./run/report.ts";

/** The least value of `--timeout`. */
const MILLISECOND = 0.001;
const RUNNING = {
  "--seed": SEED,
  "--input": "a value as JSON",
  "--drain": `one of ${drains.join(", ")}`,
  "--timeout": `a number of seconds from ${MILLISECOND} to ${LONGEST}`,
  "--steps": "a whole number from 1 to 1000000000",
  "--trace": "a file to write",
  "--width": WIDTH,
} as const;
const EXPLORING = {
  ...RUNNING,
  "--strategy": `one of ${unreduced.join(", ")}`,
  "--budget": "a whole number from 1 to 1000000000",
  "--find": `one of ${scenarioKinds.join(", ")}, or an outcome as JSON, such as 3 or '"text"',`,
  "--ignore": `one or more of ${scenarioKinds.join(", ")}`,
  "--clock": `one of ${clocks.join(", ")}`,
  "--workers": `a whole number from 1 to ${MOST_WORKERS}`,
  ...ENGINE_TAKES,
} as const;
const SWITCHES = ["--lanes", "--json"];
/** The settings that decide a run besides its schedule. */
const SETTINGS: readonly string[] = ["--seed", "--steps", ...SCENARIO_FLAGS];
const whole = number({ least: 1, most: 1e9, integer: true });

/** Runs the command that the first argument names, and returns its exit code. */
export async function main([command, ...args]: readonly string[]): Promise<number> {
  // If everything is cached, esbuild is not loaded.
  let loaded: Promise<Esbuild & { stop(): Promise<void> }> | undefined;
  const esbuild: Esbuild = {
    version: ESBUILD,
    build: async (options) => await (await (loaded ??= import(ESBUILD))).build(options),
  };
  try {
    return await (command === "replay" ? replay(args, esbuild) : explore(args, esbuild));
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(error.message, { cause: error });
    throw error;
  } finally {
    await (await loaded)?.stop();
  }
}

async function explore(args: readonly string[], esbuild: Esbuild): Promise<number> {
  const { target, url, name, flags } = readTarget(args, EXPLORING);
  const read = flagReader(flags, EXPLORING);
  const signal = interruption();
  using progress = new Progress((schedules) => `${target}: ${schedules} schedules`);
  const options: ExploreScenarioOptions = {
    ...runOptions({ esbuild, name, flags }),
    strategy: read("--strategy", "portfolio", (text) => unreduced.find((strategy) => strategy === text)),
    budget: read("--budget", undefined, whole),
    clock: read("--clock", undefined, (text) => clocks.find((clock) => clock === text)),
    find: read("--find", undefined, goal),
    ignore: read("--ignore", undefined, ignored),
    progress(schedules) {
      progress.at(schedules);
      return signal.aborted;
    },
  };
  const engine = engineIn(flags);
  const asked = read("--workers", undefined, number({ least: 1, most: MOST_WORKERS, integer: true }));
  const trace = traceIn(flags);
  const workers = asked ?? await workersOn(engine);
  await using host = new CommandHost({ engine });
  const explored = workers > 1 || engine !== undefined
    ? exploreScenarioSplit(url, { ...options, workers, host, mode: engine === undefined ? "thread" : "process" })
    : exploreScenario(url, options);
  const report = await explored;
  const interrupted = signal.aborted;
  progress.clear();
  await writeTrace(trace, report);
  const lanes = flags.has("--lanes");
  const isSought = options.find !== undefined;
  const again = SETTINGS.flatMap((flag) => flags.has(flag) ? [flag, flags.get(flag) ?? ""] : []);
  const schedule = "schedule" in report.result ? report.result.schedule : undefined;
  // A link cannot contain the other settings.
  const isLinked = SETTINGS.every((flag) => flag === "--seed" || !flags.has(flag));
  const link = !isLinked ? undefined : scenarioLink(url, { scenario: name, seed: options.seed, schedule });
  const page = schedule && link && `${PAGE}${link}`;
  const how = { target, flags: again, lanes, isSought, ignored: options.ignore ?? [], interrupted, page };
  if (flags.has("--json")) printLine(documentText(scenarioData(report, how)));
  else scenarioLines(report, how, paperOf(flags)).forEach(printLine);
  if (interrupted) return 130;
  const { verdict } = report.result;
  if (!isSought) return verdict === "bug" ? 1 : 0;
  return verdict === (typeof options.find === "string" ? "bug" : "found") ? 0 : 1;
}

async function replay(args: readonly string[], esbuild: Esbuild): Promise<number> {
  const place = args.findIndex((argument) => argument.startsWith("hf") && argument.includes(":"));
  const schedule = args[place];
  if (schedule === undefined) {
    throw new UsageError(`Cannot replay: there is no schedule, one such as ${SCHEDULE} is wanted`);
  }
  const { url, name, flags } = readTarget(args.toSpliced(place, 1), RUNNING);
  const options = runOptions({ esbuild, name, flags });
  const trace = traceIn(flags);
  const replayed = await replayScenario(url, schedule, options).catch((error: unknown) => {
    throw error instanceof RangeError ? new UsageError(error.message, { cause: error }) : error;
  });
  await writeTrace(trace, replayed);
  const lanes = flags.has("--lanes");
  if (flags.has("--json")) printLine(documentText(replayedData(replayed, schedule, lanes)));
  else replayedLines(replayed, lanes, paperOf(flags)).forEach(printLine);
  return 0;
}

/** The settings that exploring and replaying have in common. */
function runOptions(
  { esbuild, name, flags }: {
    readonly esbuild: Esbuild;
    readonly name: string | undefined;
    readonly flags: ReadonlyMap<string, string>;
  },
): ScenarioRunOptions {
  const read = flagReader(flags, RUNNING);
  const seconds = read("--timeout", undefined, number({ least: MILLISECOND, most: LONGEST }));
  return {
    esbuild,
    cache: bundleFolder(),
    name,
    seed: read("--seed", 0, seed),
    stepLimit: read("--steps", undefined, whole),
    input: read<unknown>("--input", undefined, parsed),
    drain: read("--drain", undefined, (text) => drains.find((drain) => drain === text)),
    timeout: seconds && Math.ceil(1000 * seconds),
  };
}

/** Parses a value from JSON; undefined if the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads the module, the scenario in it, and the flags. */
function readTarget(args: readonly string[], takes: Readonly<Record<string, string>>): {
  readonly target: string;
  readonly url: string;
  readonly name: string | undefined;
  readonly flags: ReadonlyMap<string, string>;
} {
  const place = args.findIndex((argument, at) => {
    return !argument.startsWith("-") && !Object.hasOwn(takes, args[at - 1] ?? "");
  });
  const target = args[place];
  if (target === undefined) {
    throw new UsageError("Cannot explore: there is no scenario, a module by path or URL is wanted");
  }
  const grammar = { flags: takes, switches: SWITCHES, lists: ["--ignore"], of: "a scenario" };
  const flags = readArguments(args.toSpliced(place, 1), grammar);
  const module = moduleOf(target);
  if (module === undefined) {
    throw new UsageError(`Cannot explore ${quoted(target)}: it is not a module, the path or URL of one is wanted`);
  }
  return { target, flags, ...module };
}

/** The trace file, if there is one; checked before the run, so that a long run is not in vain. */
function traceIn(flags: ReadonlyMap<string, string>): string | undefined {
  const path = flags.get("--trace");
  if (path !== undefined) new OutputFile("--trace", path);
  return path;
}

/** Writes the shown run, if there is one, as a Chrome trace. */
async function writeTrace(
  path: string | undefined,
  { scenario, trace }: { readonly scenario: string; readonly trace: RunTrace | undefined },
): Promise<void> {
  if (path === undefined) return;
  const file = await TraceFile.open(path);
  if (trace !== undefined) chainSpans(trace).forEach(file.process(scenario, { start: 0 }));
  await file.save();
}

function goal(text: string): ExploreScenarioOptions["find"] {
  const kind = kinds.find((kind) => kind === text);
  if (kind !== undefined) return scenarioKinds.includes(kind) ? kind : undefined;
  const outcome = parsed(text);
  return outcome === undefined ? undefined : { outcome };
}

function ignored(text: string): readonly BugKind[] | undefined {
  const words = text.split(",");
  const named = scenarioKinds.filter((kind) => words.includes(kind));
  return words.every((word) => named.some((kind) => kind === word)) ? named : undefined;
}

function paperOf(flags: ReadonlyMap<string, string>): Paper {
  return new Paper({ colors: Deno.stdout.isTerminal() && !Deno.noColor, width: widthOf(flags) });
}

if (import.meta.main) await runCommand(main);
