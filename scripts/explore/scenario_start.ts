/**
 * A command that turns out to be about a scenario starts itself again, with esbuild and the permissions that esbuild
 * needs.
 *
 * - These are permission to read the environment, and to run esbuild's program besides Deno. The command says so on
 *   stderr.
 * - `scripts/packages.lock` pins esbuild; it is downloaded only for scenarios.
 */

import { fileURLToPath } from "node:url";
import { UsageError } from "../command/arguments.ts";
import { engineRights } from "../command/engine_flags.ts";
import { writeToStderr } from "../command/output.ts";
import { complaintText } from "../command/text.ts";
import { startAgain } from "../command/rights.ts";
import { NoProgramError } from "../run/target.ts";

/** What the child does. */
export type ScenarioCommand = "explore" | "replay";

/** The flags with a value that only scenarios take. */
export const SCENARIO_FLAGS: readonly string[] = ["--input", "--drain", "--timeout"];

/** Their lines in a help text; descriptions start at a column. */
export function scenarioHelp(column: number): string {
  const lines = [
    ["--input JSON", "what the scenario gets besides its world"],
    ["--timeout SEC", "how long its code may run without waiting; more is a livelock  [1]"],
    [
      "--drain D",
      "what drains its microtasks: own-queue, or turn (of the event loop)  [own-queue, unless it needs turn]",
    ],
  ];
  return lines.map(([flag = "", does]) => `  ${flag.padEnd(column - 2)}${does}`).join("\n");
}

/** Starts the command again and returns its exit code. */
export async function startScenario(command: ScenarioCommand, args: readonly string[]): Promise<number> {
  const { href } = new URL("../scenario.ts", import.meta.url);
  // A bundle of the command line is one file that contains the command.
  const isBundle = !import.meta.url.endsWith("/scripts/explore/scenario_start.ts");
  const lock = isBundle ? ["--no-lock"] : ["--frozen", `--lock=${pathOf("../packages.lock")}`];
  const program = isBundle ? undefined : await esbuildProgram();
  const rights = [
    "--allow-read",
    "--allow-write",
    "--allow-import",
    "--allow-env",
    program === undefined ? "--allow-run" : `--allow-run=${Deno.execPath()},${program}`,
    ...command === "explore" ? await engineRights(args) : [],
  ];
  const why =
    `A scenario is bundled by esbuild: ${command} starts again with permission to run it and to read the environment.`;
  writeToStderr(`${complaintText(why, args)}\n`);
  const entry = isBundle ? [import.meta.url, "scenario"] : [href];
  const flags = ["--quiet", "--no-prompt", "--v8-flags=--max-semi-space-size=8"];
  // After Ctrl-C it ends by itself, with the results so far.
  return await startAgain([...flags, ...lock, ...rights, ...entry, command, ...args], "null");
}

/** A module without a program may be a scenario: returns undefined. Any other error is thrown again. */
export function scenarioInstead(error: unknown): undefined {
  if (!(error instanceof NoProgramError)) throw error;
}

/** The path of esbuild's program. */
export async function esbuildProgram(): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--frozen",
      `--lock=${pathOf("../packages.lock")}`,
      "--allow-read",
      "--allow-env",
      pathOf("../bundle/program.ts"),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout).trim();
  if (code === 0 && text !== "") return text;
  const is = new TextDecoder().decode(stderr).trim().split("\n", 1)[0];
  throw new UsageError(
    `Cannot explore a scenario: esbuild cannot be loaded (${is}), access to npm's registry is wanted`,
  );
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
