/**
 * `deno task status`: lists the agents on an engine, with their cores and guests; see `--help`.
 *
 * Exit codes: 0 if there is an agent; 1 if there is none, or no server; 2 for wrong arguments.
 */

import { agentsOn } from "../lib/engine/mod.ts";
import { readArguments, UsageError } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { ENGINE_TAKES, engineHelp, engineIn } from "./command/engine_flags.ts";
import { printLine } from "./command/output.ts";
import { helpText, plain } from "./command/text.ts";
import { tableLines } from "./run/table.ts";

const USAGE = `deno task status --engine URL [flags]: lists the agents, with their cores and guests

${
  engineHelp(15).replace(
    "start process guests on other hosts, through agents (deno task agent)",
    "the NATS server through which clients find them",
  )
}
  --json         {"agents":[{"agent","name","version","cores","guests","most"}]}
  --help         this text

Example: deno task status --engine nats://10.0.0.5:4222`;

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const flags = readArguments(args, { flags: ENGINE_TAKES, switches: ["--json", "--help"] });
  if (flags.has("--help")) {
    printLine(helpText(USAGE, args));
    return 0;
  }
  const engine = engineIn(flags);
  if (engine === undefined) {
    throw new UsageError(`Cannot tell a status: there is no --engine, ${ENGINE_TAKES["--engine"]} is wanted`);
  }
  const agents = await agentsOn(engine);
  if (flags.has("--json")) printLine(JSON.stringify({ agents }));
  else if (agents.length === 0) {
    const url = flags.get("--engine");
    printLine(`No agent answers on ${url}. On each host that is to run guests: deno task agent --engine ${url}`);
  } else {
    const rows = agents.map(({ name, version, cores, guests, most }) => [plain(name), version, cores, guests, most]);
    const columns = ["agent", "version", "cores", "guests", "at most"];
    tableLines({ title: `Agents on ${flags.get("--engine")}`, columns, rows }).forEach(printLine);
  }
  return agents.length === 0 ? 1 : 0;
}

if (import.meta.main) await runCommand(main);
