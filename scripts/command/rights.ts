/**
 * For flags that need another permission: the script starts itself again with that permission added, and says so on
 * stderr.
 *
 * - A task has no permission that most of its uses do not need.
 * - The new process has the permissions of the first one and the added one, nothing else. Signals are passed on to it,
 *   and its exit code becomes the first one's. If it ignores a signal, as code that never waits does, the second signal
 *   kills it.
 */

import { fileURLToPath } from "node:url";
import { EngineError } from "../../lib/errors.ts";
import { NATS } from "../../lib/engine/nats.ts";
import { writeToStderr } from "./output.ts";
import { anotherSignal, onSignals } from "./signals.ts";

/** The exit code after a signal is this plus the signal's number. */
const SIGNALED = 128;

/** Starts this script again with permission to reach these hosts; undefined if it has that permission. */
export async function withNetwork(hosts: readonly string[]): Promise<number | undefined> {
  if (hosts.every((host) => isGranted({ name: "net", host }))) return undefined;
  const right = await networkRight(hosts);
  return await startAgain(["--quiet", "--no-prompt", "--no-lock", ...rights(), right, Deno.mainModule, ...Deno.args]);
}

/** The flag that permits reaching these hosts, after saying on stderr that the command starts again with it. */
export async function networkRight(hosts: readonly string[]): Promise<string> {
  await fetchEngine();
  const right = `--allow-net=${hosts.join(",")}`;
  writeToStderr(`Starting again with ${right}, which --engine needs.\n`);
  return right;
}

/** Runs Deno with these arguments in place of this process: passes signals on, and returns its exit code. */
export async function startAgain(args: readonly string[], stdin: "inherit" | "null" = "inherit"): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...args],
    stdin,
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  // A terminal also sends the signal to the child, which does no harm.
  let heard = 0;
  const isAnother = anotherSignal();
  const unsubscribe = onSignals((signal, code) => {
    try {
      child.kill(isAnother() ? "SIGKILL" : signal);
      heard = code;
    } catch {
      // It has ended.
    }
  });
  try {
    const { code, signal } = await child.status;
    if (signal === "SIGKILL" && heard > 0) return heard;
    return signal === null ? code : SIGNALED + (code % SIGNALED);
  } finally {
    unsubscribe();
  }
}

/** Fetches the engine's package, and checks it against the lock file of optional packages; not in a bundle. */
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

/** The permission flags of this process. */
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
