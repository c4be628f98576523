/**
 * Flags that need a further right: the script starts itself again with that right alone, and says so on stderr.
 *
 * - A task has no right that most of its uses do not need.
 * - The script that was started again has the rights of the first one, that one besides, and nothing else; signals reach it,
 *   and its exit code is that of both. One that hears no signal, such as code that never waits, is killed at the second.
 */

import { fileURLToPath } from "node:url";
import { EngineError } from "../../lib/errors.ts";
import { NATS } from "../../lib/engine/nats.ts";
import { complain } from "./output.ts";
import { onSignals } from "./signals.ts";

/** What a signal adds to its number in an exit code. */
const SIGNALLED = 128;

/** Starts this script again with the right to reach these hosts; undefined where it has that right. */
export async function withNetwork(hosts: readonly string[]): Promise<number | undefined> {
  if (hosts.every((host) => isGranted({ name: "net", host }))) return undefined;
  await fetchEngine();
  const right = `--allow-net=${hosts.join(",")}`;
  complain(`Starting again with ${right}, which --engine needs.\n`);
  return await startAgain(["--quiet", "--no-prompt", "--no-lock", ...rights(), right, Deno.mainModule, ...Deno.args]);
}

/** Runs Deno with these arguments in place of this process: signals reach it, and its exit code is given. */
export async function startAgain(args: readonly string[], stdin: "inherit" | "null" = "inherit"): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...args],
    stdin,
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  // A terminal tells it as well, which does no harm.
  let heard = 0;
  const letGo = onSignals((signal, code) => {
    try {
      child.kill(heard === 0 ? signal : "SIGKILL");
      heard = code;
    } catch {
      // It has ended.
    }
  });
  try {
    const { code, signal } = await child.status;
    if (signal === "SIGKILL" && heard > 0) return heard;
    return signal === null ? code : SIGNALLED + (code % SIGNALLED);
  } finally {
    letGo();
  }
}

/** Fetches the engine's package, and checks it against the lock file of optional packages: not where all is one file. */
async function fetchEngine(): Promise<void> {
  const lock = new URL("../packages.lock", import.meta.url);
  if (!Deno.mainModule.endsWith(".ts") || lock.protocol !== "file:") return;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--frozen", `--lock=${fileURLToPath(lock)}`, NATS],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const is = new TextDecoder().decode(stderr).replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  throw new EngineError(`Cannot load ${NATS}: ${is}, the package is wanted`);
}

/** The flags of what this process may do. */
function rights(): string[] {
  const kinds = [{ name: "read" }, { name: "write" }, { name: "import" }, { name: "env" }, { name: "sys" }] as const;
  const run = { name: "run", command: Deno.execPath() } as const;
  return [
    ...kinds.filter((kind) => isGranted(kind as Deno.PermissionDescriptor)).map(({ name }) => `--allow-${name}`),
    ...isGranted(run) ? [`--allow-run=${run.command}`] : [],
  ];
}

function isGranted(right: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(right).state === "granted";
}
