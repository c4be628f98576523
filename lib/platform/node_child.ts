/**
 * Node and Bun child processes that serve as guests.
 *
 * - A child runs its entry as text, and finds packages as any program does, from its module's own folder.
 * - It may do whatever its host may: neither runtime can restrict a child to a list of hosts, files and programs. So
 *   permitting something has no effect, and forbidding something explicitly is rejected.
 */

import { process } from "./node_global.ts";
import { fileURLToPath } from "node:url";
import type { GuestChildren, GuestOptions, GuestSetup } from "./guest_child.ts";

const isBun = process.versions["bun"] !== undefined;
const NAME = isBun ? "Bun" : "Node";
/** How often the watchdog checks, in milliseconds. */
const WATCH = 100;

/** The options that guests cannot have here. */
const REFUSED: readonly (keyof GuestOptions)[] = [
  "config",
  "importMap",
  "unstable",
  ...isBun ? ["v8Flags", "heapLimit"] as const : [],
];

/** The host's flags that apply only to itself: its program, debugger, tests. */
const OWN_FLAGS =
  /^(?:-e|--eval|-p|--print|-pe|-c|--check|--input-type|--inspect|--watch|--test|--permission|--allow-)/;

/** Node and Bun child processes that serve as guests. */
export const guestChildren: GuestChildren = {
  agentless: `agents start guests of Deno, and this is ${NAME}`,
  check,
  arguments(child) {
    check(child);
    const { module, entry, options: { args = [], v8Flags = [], heapLimit } } = child;
    // As in a program started from a file, its path precedes its arguments.
    const path = module.startsWith("file:") ? fileURLToPath(module) : module;
    const text = `process.argv.splice(1, 0, ${JSON.stringify(path)});\n${entry}`;
    if (isBun) return ["-e", text, ...args];
    const heap = heapLimit === undefined ? [] : [`--max-old-space-size=${heapLimit}`];
    return [...ownFlags(), ...v8Flags, ...heap, "--input-type=module", "--eval", text, "--", ...args];
  },
  watchdogText(host) {
    const text = `setInterval(() => { if (process.ppid !== ${host}) process.kill(process.pid, "SIGKILL"); }, ${WATCH});
require("node:worker_threads").parentPort.postMessage(0);`;
    return `const { Worker: Watchdog } = await import("node:worker_threads");
const watchdog = new Watchdog(${JSON.stringify(text)}, { eval: true, stdin: false, execArgv: [] });
const watched = new Promise((resolve) => { watchdog.on("message", resolve); });
watchdog.unref();`;
  },
  externalFor: () => undefined,
  cacheArguments: () => [],
};

/** The flags of this process that its children get too, such as a loader's; Bun has none. */
function ownFlags(): string[] {
  const flags: string[] = [];
  let isOwn = false;
  for (const flag of process.execArgv) {
    // An argument that does not look like a flag belongs to the flag before it.
    if (flag.startsWith("-")) isOwn = OWN_FLAGS.test(flag);
    if (!isOwn) flags.push(flag);
  }
  return flags;
}

/** Rejects what neither runtime supports. */
function check({ permissions, options }: Pick<GuestSetup, "permissions" | "options">): void {
  for (const [kind, granted] of Object.entries(permissions)) {
    if (granted !== false) continue;
    throw new RangeError(
      `Cannot forbid guests ${kind}: a process guest of ${NAME} may do whatever its host may, Deno can forbid it`,
    );
  }
  for (const name of REFUSED) {
    if (options[name] === undefined) continue;
    throw new RangeError(`Cannot give guests ${name}: ${NAME} takes none for a child, it must be left out`);
  }
}
