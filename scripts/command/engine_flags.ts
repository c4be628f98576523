/**
 * The flags of an engine: its servers and the login.
 */

import { parseArgs } from "@std/cli";
import { agentsOn, type EngineOptions, hostsOf } from "../../lib/engine/mod.ts";
import { engineFrom } from "../../lib/engine/engine_options.ts";
import type { ModeName } from "../../mod.ts";
import { MOST_WORKERS } from "../../lib/split/mod.ts";
import { UsageError } from "./arguments.ts";
import { networkRight, withNetwork } from "./rights.ts";

/** The values that the flags take, for errors. */
export const ENGINE_TAKES = {
  "--engine": "nats://HOST:PORT or tls://HOST:PORT, several with commas between,",
  "--creds": "a file with credentials, or with the seed of an nkey,",
  "--ca": "a file with the certificate of an authority",
} as const;

/** Their lines in a help text; descriptions start at a column. */
export function engineHelp(column: number): string {
  const lines = [
    ["--engine URL", "start process guests on other hosts, through agents (deno task agent)"],
    ["--creds FILE", "log in to the engine with these credentials"],
    ["--ca FILE", "the certificate of the authority that signed the engine's certificate"],
  ] as const;
  return lines.map(([flag, text]) => `  ${flag.padEnd(column)}${text}`).join("\n");
}

/**
 * The engine that the flags name, if any; it needs process mode among the modes.
 *
 * @throws {UsageError} if the flags are invalid.
 */
export function engineIn(
  flags: ReadonlyMap<string, string>,
  modes: readonly ModeName[] = ["process"],
): EngineOptions | undefined {
  const servers = flags.get("--engine");
  const [creds, ca] = [flags.get("--creds"), flags.get("--ca")];
  if (servers === undefined) {
    const alone = ["--creds", "--ca"].find((flag) => flags.has(flag));
    if (alone === undefined) return undefined;
    throw new UsageError(`Cannot use ${alone}: there is no --engine, ${ENGINE_TAKES["--engine"]} is wanted`);
  }
  if (!modes.includes("process")) {
    throw new UsageError(`Cannot use --engine: it starts process guests, --mode process is wanted`);
  }
  const options = { servers: servers.split(","), creds, ca };
  try {
    engineFrom(options);
    return options;
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** One worker per core of an engine's agents; without an engine one, which is the caller. */
export async function workersOn(engine: EngineOptions | undefined): Promise<number> {
  if (engine === undefined) return 1;
  const agents = await agentsOn(engine);
  return Math.min(MOST_WORKERS, Math.max(1, agents.reduce((sum, { cores }) => sum + cores, 0)));
}

/** The right to reach the engine that these arguments name, as flags; none if they name none, or no valid one. */
export async function engineRights(args: readonly string[]): Promise<readonly string[]> {
  const { engine } = parseArgs([...args], { string: ["engine"] });
  if (engine === undefined) return [];
  const servers = engine.split(",");
  try {
    engineFrom({ servers });
    return [await networkRight(hostsOf({ servers }))];
  } catch (error) {
    // Whoever reads the flags says what is wrong.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** Starts the script again if it may not reach the engine's servers; returns the exit code in that case. */
export async function withEngine(engine: EngineOptions | undefined): Promise<number | undefined> {
  if (engine === undefined) return undefined;
  return await withNetwork(hostsOf({ servers: [engine.servers].flat() }));
}
