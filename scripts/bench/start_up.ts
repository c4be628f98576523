/**
 * Measures the time until `sim` prints its first output, compared with `deno run` of an empty file.
 */

import { compare, type Table } from "./statistics.ts";

/** Milliseconds until the first byte of each command, or until its end if it prints nothing. */
export async function startUp(options: { rounds: number }): Promise<Table> {
  const sim = new URL("../sim.ts", import.meta.url).href;
  const flags = ["--systems", "1", "--rate", "0", "--burn", "none"];
  const figures = await compare({
    "empty file": () => firstOutput(["run", "--quiet", "data:application/javascript,"]),
    "sim, all modes": () => firstOutput(["run", "--quiet", "--allow-all", sim, ...flags]),
    "deno task sim": () => firstOutput(["task", "--quiet", "sim", ...flags]),
  }, options);
  return { title: "Start to first output", unit: "ms", figures };
}

async function firstOutput(args: string[]): Promise<number> {
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
  const reader = child.stdout.getReader();
  const first = await reader.read();
  const took = performance.now() - started;
  for (let done = first.done; !done;) done = (await reader.read()).done;
  await child.status;
  return took;
}
