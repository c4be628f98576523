/**
 * `deno task agent`: starts process guests on this host for clients on other hosts; see `--help`.
 *
 * Exit codes: 1 if there is no server, or it refuses the login; 2 for wrong arguments; 130 after Ctrl-C.
 */

import { hostname } from "node:os";
import { guestCode } from "../lib/host/guest_code.ts";
import { Agent, type AgentOptions } from "../lib/engine/mod.ts";
import { flagReader, readArguments, UsageError } from "./command/arguments.ts";
import { runCommand } from "./command/ending.ts";
import { ENGINE_TAKES, engineHelp, engineIn } from "./command/engine_flags.ts";
import { printLine, writeToStderr } from "./command/output.ts";
import { onSignals } from "./command/signals.ts";
import { counted, helpText } from "./command/text.ts";
import { number } from "./command/values.ts";

const USAGE = `deno task agent --engine URL [flags]: start process guests on this host, for clients elsewhere

${
  engineHelp(15).replace(
    "start process guests on other hosts, through agents (deno task agent)",
    "the NATS server through which clients find it",
  )
}
  --name NAME    the name of the agent                               [this host's name]
  --guests N     the most guests at once                             [32 for each core]
  --json         one JSON document on stdout, when it is ready
  --help         this text

It runs the code of anyone who may send to holdfast.do.> on that server, with the permissions that the client names.
lib/engine/README.md says how accounts keep strangers out. Ctrl-C ends it and all of its guests.

Example: deno task agent --engine nats://10.0.0.5:4222 --creds agent.nk`;

const TAKES = {
  ...ENGINE_TAKES,
  "--name": "a name of letters, digits, dots and dashes",
  "--guests": "a whole number from 1 to 10000",
} as const;

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const flags = readArguments(args, { flags: TAKES, switches: ["--json", "--help"] });
  if (flags.has("--help")) {
    printLine(helpText(USAGE, args));
    return 0;
  }
  const read = flagReader(flags, TAKES);
  const engine = engineIn(flags);
  if (engine === undefined) {
    throw new UsageError(`Cannot start an agent: there is no --engine, ${TAKES["--engine"]} is wanted`);
  }
  const options: AgentOptions = {
    engine,
    code: guestCode,
    name: read("--name", hostname(), (text) => /^[\w.-]{1,100}$/.test(text) ? text : undefined),
    guests: read<number | undefined>("--guests", undefined, number({ least: 1, most: 10_000, integer: true })),
  };
  return await serve(options, flags);
}

async function serve(options: AgentOptions, flags: ReadonlyMap<string, string>): Promise<number> {
  const ended = Promise.withResolvers<number>();
  const unsubscribe = onSignals((_signal, code) => ended.resolve(code));
  try {
    await using agent = await Agent.start(options);
    const { status } = agent;
    if (flags.has("--json")) printLine(JSON.stringify({ ...status, engine: flags.get("--engine") }));
    else {
      const room = `${counted(status.cores, "core")}, at most ${counted(status.most, "guest")}`;
      printLine(`Agent ${status.name} on ${flags.get("--engine")}: ${room}. Ctrl-C ends it.`);
    }
    const code = await ended.promise;
    writeToStderr(`Agent ${status.name} ends, and ${counted(agent.status.guests, "guest")} with it.\n`);
    return code;
  } finally {
    unsubscribe();
  }
}

if (import.meta.main) await runCommand(main);
