/**
 * One script with several lists of arguments, one after another in one process: what starts takes longer than what it does.
 *
 * The script's name and the lists as JSON are the arguments. What each of them printed and complained about ends with a line
 * that tells the exit code.
 *
 * @module
 */

import { exitCode } from "../../scripts/command/ending.ts";
import { printLine, writeToStderr } from "../../scripts/command/output.ts";

// By name, so that none of them needs the permission to read it.
const scripts = {
  list: () => import("../../scripts/list.ts"),
  run: () => import("../../scripts/run.ts"),
  explore: () => import("../../scripts/explore.ts"),
  replay: () => import("../../scripts/replay.ts"),
  sim: () => import("../../scripts/sim.ts"),
};

const [name = "", lists = "[]"] = Deno.args;
const { main } = await scripts[name as keyof typeof scripts]();
for (const args of JSON.parse(lists)) {
  const end = `<<exit ${await exitCode(main, args)}>>`;
  printLine(end);
  writeToStderr(`${end}\n`);
}
Deno.exit();
