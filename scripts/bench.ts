/**
 * `deno task bench`: what each way of running costs, as medians and ratios within one run; see `--help`.
 */

import { burnRates, roundTrips } from "./bench/delegation.ts";
import { schedules, untilFound } from "./bench/explorer.ts";
import { piSamples, pools } from "./bench/pool.ts";
import { byProgram, contended, generations, handOver, uncontended } from "./bench/primitives.ts";
import { startUp } from "./bench/start_up.ts";
import type { Table } from "./bench/statistics.ts";
import { runTask } from "./checks/flags.ts";
import { complain, printLine } from "./command/output.ts";

const USAGE = `deno task bench [--json]: what each way of running costs

Each table measures its rows in turn, several rounds, and gives medians; ratios are to the table's first row, round by
round. Run nothing else meanwhile.

Example: deno task bench --json`;

const ROUNDS = 5;

const MEASURES: readonly (() => Promise<Table | Table[]>)[] = [
  () => roundTrips(1, { rounds: ROUNDS, steps: 10_000 }),
  () => roundTrips(5, { rounds: ROUNDS, steps: 5000 }),
  () => burnRates(5, "wall", { rounds: ROUNDS }),
  () => burnRates(2, "cpu", { rounds: ROUNDS }),
  () => uncontended({ rounds: ROUNDS, times: 1_000_000 }),
  () => contended({ rounds: ROUNDS, times: 500_000 }),
  () => handOver({ rounds: ROUNDS, times: 200_000 }),
  () => generations({ rounds: ROUNDS, times: 20_000 }),
  () => byProgram({ rounds: ROUNDS, times: 50_000 }),
  () => schedules({ rounds: ROUNDS }),
  () => untilFound({ rounds: ROUNDS }),
  () => startUp({ rounds: ROUNDS }),
  () => pools({ rounds: ROUNDS }),
  () => piSamples(1, { rounds: ROUNDS, samples: 10_000_000, kernel: "typescript" }),
  () => piSamples(1, { rounds: ROUNDS, samples: 10_000_000, kernel: "simd" }),
  () => piSamples(2, { rounds: ROUNDS, samples: 10_000_000, kernel: "typescript" }),
  () => piSamples(2, { rounds: ROUNDS, samples: 10_000_000, kernel: "simd" }),
];

await runTask({ usage: USAGE }, async ({ json }) => {
  const tables: Table[] = [];
  for (const measure of MEASURES) {
    complain(`measuring (${tables.length} tables so far) ...\n`);
    for (const table of [await measure()].flat()) {
      tables.push(table);
      if (!json) print(table);
    }
  }
  if (json) printLine(JSON.stringify({ cores: navigator.hardwareConcurrency, rounds: ROUNDS, tables }));
  return 0;
});

function print({ title, unit, figures }: Table): void {
  printLine(`\n${title} (${unit})`);
  const width = Math.max(24, ...figures.map(({ name }) => name.length + 2));
  printLine(`  ${"".padEnd(width)}${["median", "least", "most", "ratio"].map((head) => head.padStart(10)).join("")}`);
  for (const { name, median, least, most, ratio } of figures) {
    const numbers = [median, least, most, ratio].map((value) => value.toPrecision(3).padStart(10)).join("");
    printLine(`  ${name.padEnd(width)}${numbers}`);
  }
}
