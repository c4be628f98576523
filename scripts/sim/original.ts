/**
 * The output of `deno task sim` without flags, exactly in the layout of the original program.
 */

import { formatGeneral } from "../../lib/blocks/mod.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import type { RunReport } from "./experiment.ts";
import type { Case } from "./case.ts";
import type { SimPaper } from "./report.ts";

const TITLES: Readonly<Record<ModeName, string>> = {
  direct: "DirectWorker",
  thread: "ThreadWorker",
  process: "MultiprocessWorker",
};

/** The lines of the original. */
export const original: SimPaper = {
  head: () => [],
  begin: ({ systems, period, duration, deterministic }: Case, mode: ModeName) => [
    "",
    `${TITLES[mode]}, num_systems=${systems}, deterministic=${deterministic ? "True" : "False"}`,
    `  period_sec=${formatGeneral(period, 4)}, t_sim=${formatGeneral(duration, 2)}`,
  ],
  row: (line: string) => line,
  end: ({ rate, y }: RunReport) => [
    `Rate: ${formatGeneral(rate)}`,
    `y: ${[...new Set(y.map((y) => formatGeneral(y)))].join(", ")}`,
  ],
  foot: () => [],
};

/** Why a rate exceeds 1. */
export function explanation({ mode, rate, limit, limitReason }: RunReport): string {
  const bound = limit === null ? `no limit: ${limitReason}` : `limit ${formatGeneral(limit)}: ${limitReason}`;
  return `${TITLES[mode]}: the rate ${formatGeneral(rate)} exceeds 1 (${bound})`;
}
