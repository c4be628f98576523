/**
 * `deno task bench`: measures what each way of running costs, as medians and ratios within one run; see `--help`.
 */

import type { EngineOptions } from "../mod.ts";
import { burnRates, roundTrips } from "./bench/delegation.ts";
import { engineCosts } from "./bench/engine.ts";
import { schedules, splitting, untilFound } from "./bench/explorer.ts";
import { dporByLength, dporByNumber, waitingLoops } from "./bench/explorer_growth.ts";
import { piSamples, pools } from "./bench/pool.ts";
import { byProgram, contended, generations, handOver, uncontended } from "./bench/primitives.ts";
import { ratesByLatency, stepsByGuests } from "./bench/guests.ts";
import { scenarios } from "./bench/scenario.ts";
import { building, memory, recording, ringSteps, smallSteps } from "./bench/simulation.ts";
import { startUp } from "./bench/start_up.ts";
import type { Table } from "./bench/statistics.ts";
import { flagReader, quoted, readArguments, UsageError } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { ENGINE_TAKES, engineHelp, engineIn, withEngine } from "./command/engine_flags.ts";
import { printLine } from "./command/output.ts";
import { Progress } from "./command/progress.ts";
import { helpText } from "./command/text.ts";
import { number } from "./command/values.ts";

interface Options {
  /** How often each row is measured. */
  readonly rounds: number;
  /** The engine of the agents. */
  readonly engine: EngineOptions | undefined;
}

const samples = 10_000_000;

/** The measurements under a name; each returns its tables when it has ended. */
interface Bench {
  readonly about: string;
  /** Whether it needs agents. */
  readonly far?: true;
  readonly measures: readonly ((options: Options) => Promise<Table | Table[]>)[];
}

const BENCHES: ReadonlyMap<string, Bench> = new Map<string, Bench>([
  ["step", {
    about: "a step of one delegated system, and of five",
    measures: [
      ({ rounds }) => roundTrips(1, { rounds, steps: 10_000 }),
      ({ rounds }) => roundTrips(5, { rounds, steps: 5000 }),
    ],
  }],
  ["burn", {
    about: "simulated seconds per second, if systems work for a whole period",
    measures: [({ rounds }) => burnRates(5, "wall", { rounds }), ({ rounds }) => burnRates(2, "cpu", { rounds })],
  }],
  ["lock", {
    about: "a lock, alone and contended",
    measures: [
      ({ rounds }) => uncontended({ rounds, times: 1_000_000 }),
      ({ rounds }) => contended({ rounds, times: 500_000 }),
    ],
  }],
  ["queue", {
    about: "numbers passed from one worker to another",
    measures: [({ rounds }) => handOver({ rounds, times: 200_000 })],
  }],
  ["barrier", {
    about: "a generation of a barrier of two workers",
    measures: [({ rounds }) => generations({ rounds, times: 20_000 })],
  }],
  ["program", {
    about: "primitives in a program, mode by mode",
    measures: [({ rounds }) => byProgram({ rounds, times: 50_000 })],
  }],
  ["guests", {
    about: "rates by latency; ten delegated systems in ten guests and in one",
    measures: [ratesByLatency, stepsByGuests],
  }],
  ["inline", {
    about:
      "steps of 10 to 10,000 systems without delegation, compared with a hand-written loop; building, memory and recording",
    measures: [
      ...[10, 1000, 10_000].map((systems) => (options: Options) => ringSteps(systems, options)),
      (options) => building(10_000, options),
      () => memory(10_000),
      smallSteps,
      recording,
    ],
  }],
  ["explore", {
    about: "schedules per second, the time to find a bug, and what exploring costs as it grows",
    measures: [schedules, splitting, untilFound, dporByNumber, dporByLength, waitingLoops],
  }],
  ["scenario", {
    about: "runs of ordinary async code per second, and the time of a start",
    measures: [scenarios],
  }],
  ["start", {
    about: "the time that `deno task sim` takes to start",
    measures: [startUp],
  }],
  ["pool", {
    about: "calls of a pool, compared with pools from npm",
    measures: pools,
  }],
  ["engine", {
    about: "guests through agents (--engine), compared with those of this host",
    far: true,
    measures: [async ({ rounds, engine }) => engine === undefined ? [] : await engineCosts({ rounds, engine })],
  }],
  ["pi", {
    about: "a long calculation on one worker and on two",
    measures: [1, 2].flatMap((workers) =>
      (["typescript", "simd"] as const).map((kernel) => ({ rounds }: Options) =>
        piSamples(workers, { rounds, samples, kernel })
      )
    ),
  }],
]);

const names = [...BENCHES.keys()];

const usage = `deno task bench [TABLE ...] [flags]: measures what each way of running costs

${names.map((name) => `  ${name.padEnd(10)} ${BENCHES.get(name)?.about}`).join("\n")}

  --rounds N    how often each row is measured  [5]
${engineHelp(14)}
  --json        {"cores","rounds","tables":[{"title","unit","figures":[{"name","least","median","most","ratio"}]}]}
  --help        this text

Without a table, measures all of them, which takes some minutes. The rows of a table are measured in turn; figures are
medians, and ratios are to the first row, round by round. Run nothing else meanwhile.

Example: deno task bench lock queue`;

const TAKES = { "--rounds": "a whole number from 1 to 1000", ...ENGINE_TAKES } as const;

/** Runs the command and gives its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const place = (argument: string, index: number) =>
    !argument.startsWith("-") && !Object.hasOwn(TAKES, args[index - 1] ?? "");
  const asked = args.filter(place);
  const given = readArguments(args.filter((argument, index) => !place(argument, index)), {
    flags: TAKES,
    switches: ["--json", "--help"],
  });
  if (given.has("--help")) {
    printLine(helpText(usage, args));
    return 0;
  }
  const wrong = asked.find((name) => !BENCHES.has(name));
  if (wrong !== undefined) {
    throw new UsageError(
      `Cannot measure ${quoted(wrong)}: there is no such table, one of ${names.join(", ")} is wanted`,
    );
  }
  const engine = engineIn(given);
  if (engine === undefined && asked.some((name) => BENCHES.get(name)?.far)) {
    throw new UsageError(`Cannot measure engine: there is no --engine, ${TAKES["--engine"]} is wanted`);
  }
  const again = await withEngine(engine);
  if (again !== undefined) return again;
  const rounds = flagReader(given, TAKES)("--rounds", 5, number({ least: 1, most: 1000, integer: true }));
  const all = names.filter((name) => engine !== undefined || BENCHES.get(name)?.far !== true);
  const tables = await measureAll(all.filter((name) => asked.length === 0 || asked.includes(name)), {
    rounds,
    engine,
    each: (table) => given.has("--json") ? undefined : print(table),
  });
  if (given.has("--json")) printLine(JSON.stringify({ cores: navigator.hardwareConcurrency, rounds, tables }));
  return 0;
}

async function measureAll(
  asked: readonly string[],
  { rounds, engine, each }: Options & { each(table: Table): void },
): Promise<readonly Table[]> {
  const tables: Table[] = [];
  for (const [index, name] of asked.entries()) {
    const count = `${index + 1} of ${asked.length}`;
    using progress = Progress.ofTime((seconds) => `${name} (${count}): ${seconds.toFixed(0)} s`);
    for (const measure of BENCHES.get(name)?.measures ?? []) {
      const measured = [await measure({ rounds, engine })].flat();
      progress.clear();
      tables.push(...measured);
      measured.forEach(each);
    }
  }
  return tables;
}

function print({ title, unit, figures }: Table): void {
  printLine(`\n${title} (${unit})`);
  const width = Math.max(24, ...figures.map(({ name }) => name.length + 2));
  printLine(`  ${"".padEnd(width)}${["median", "least", "most", "ratio"].map((head) => head.padStart(10)).join("")}`);
  for (const { name, median, least, most, ratio } of figures) {
    const numbers = [median, least, most, ratio].map((value) => value.toPrecision(3).padStart(10)).join("");
    printLine(`  ${name.padEnd(width)}${numbers}`);
  }
}

await runCommand(main);
