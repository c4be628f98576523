/**
 * Measures what scenarios cost, compared with fast-check's scheduler on the same code, in a process that may run
 * esbuild.
 */

import { fileURLToPath } from "node:url";
import type { Table } from "./statistics.ts";

/** Measures runs per second, and the time of a start. */
export async function scenarios({ rounds }: { rounds: number }): Promise<Table[]> {
  const program = new URL("./scenario_runs.ts", import.meta.url).href;
  const lock = fileURLToPath(new URL("../packages.lock", import.meta.url));
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--frozen", `--lock=${lock}`, "--allow-all", program, String(rounds)],
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) {
    throw new Error("Cannot measure scenarios: the process that measures has failed, its tables are wanted");
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}
