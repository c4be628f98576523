/**
 * Deno child processes that serve as guests.
 *
 * - A child starts from a `data:` entry that names its module, so it needs no permission to read the entry. The entry
 *   is preloaded before a nonexistent main module in its module's folder, which is never reached. So Deno finds the
 *   configuration, package.json and node_modules that belong to the module's own folder.
 * - Its only permissions are those for loading its module, without the network or npm packages. If a module needs some
 *   of these, the host caches them first, and the child then loads from the cache alone ({@linkcode External}).
 */

import type { External, GuestChild, GuestChildren, GuestPermissions, GuestSetup } from "./guest_child.ts";

/** How often the watchdog checks, in milliseconds. */
const WATCH = 100;
/** The hosts from which Deno lets a program import by default. */
const DEFAULT_HOSTS = [
  "deno.land:443",
  "jsr.io:443",
  "esm.sh:443",
  "cdn.jsdelivr.net:443",
  "raw.githubusercontent.com:443",
  "gist.githubusercontent.com:443",
  "unpkg.com:443",
];

/** Deno's messages if a child's module needs something that is not cached, or that is pinned to something else. */
const NEEDS_EXTERNAL = /--no-npm is specified|--no-remote is specified|Requires import access|not a dependency/;
const NEEDS_UNLOCKED = /lockfile|lock file/i;

/** Deno child processes that serve as guests. */
export const guestChildren: GuestChildren = {
  agentless: undefined,
  check({ permissions }) {
    permissionFlags(permissions);
  },
  arguments(child) {
    const { module, entry, external } = child;
    const { args = [], v8Flags = [], heapLimit, unstable = [] } = child.options;
    const flags = heapLimit === undefined ? v8Flags : [...v8Flags, `--max-old-space-size=${heapLimit}`];
    return [
      "run",
      "--quiet",
      "--no-prompt",
      ...configFlags(child),
      ...external === "cached" ? ["--frozen", "--cached-only"] : ["--no-lock"],
      ...external === "unlocked" ? ["--cached-only"] : [],
      ...flags.length === 0 ? [] : [`--v8-flags=${flags.join(",")}`],
      ...unstable.map((name) => `--unstable-${name}`),
      ...rightsOf(child),
      `--preload=${dataUrl(entry)}`,
      module.startsWith("file:") ? new URL("./holdfast_guest.js", module).href : "data:text/javascript,",
      ...args,
    ];
  },
  watchdogText(host) {
    const text =
      `setInterval(() => { if (Deno.ppid !== ${host}) Deno.kill(Deno.pid, "SIGKILL"); }, ${WATCH}); postMessage(0);`;
    return `const watchdog = new Worker(${JSON.stringify(dataUrl(text))}, { type: "module" });
const watched = new Promise((resolve) => { watchdog.onmessage = resolve; });`;
  },
  externalFor(reason, had): External | undefined {
    if (had === "none" && NEEDS_EXTERNAL.test(reason)) return "cached";
    if (had === "cached" && NEEDS_UNLOCKED.test(reason)) return "unlocked";
    return undefined;
  },
  cacheArguments(setup, parts) {
    const rest = [...configFlags(setup), setup.module, ...parts];
    return ["--frozen", "--no-lock"].map((lock) => ["cache", "--quiet", lock, ...rest]);
  },
};

/** The flags that name a configuration. Without them, a child whose module is not a file has none. */
function configFlags({ module, options: { config, importMap } }: GuestSetup): string[] {
  return [
    ...config !== undefined ? ["--config", config] : module.startsWith("file:") ? [] : ["--no-config"],
    ...importMap === undefined ? [] : ["--import-map", importMap],
  ];
}

/** The flags for what a child may do. */
function rightsOf({ module, permissions, options: { env = {} }, external, hosts: codeHosts }: GuestChild): string[] {
  // It may read the environment variables that it is given.
  const names = Object.keys(env);
  const granted = permissions.env === true || names.length === 0
    ? permissions
    : { ...permissions, env: [...permissions.env || [], ...names] };
  if (permissions.import === true) return permissionFlags(granted);
  const { protocol, host } = new URL(module);
  const own = [...codeHosts, ...protocol.startsWith("http") ? [host] : []];
  const hosts = [...new Set([...own, ...permissions.import || [], ...external === "none" ? [] : DEFAULT_HOSTS])];
  return [
    ...permissionFlags({ ...granted, import: hosts }),
    ...external !== "none" ? [] : hosts.length === 0 ? ["--no-npm", "--no-remote"] : ["--no-npm"],
  ];
}

/**
 * The flags of `deno run` for these permissions.
 *
 * @throws {RangeError} if a name in a list contains a comma, at which Deno would split it.
 */
export function permissionFlags(permissions: GuestPermissions): string[] {
  return Object.entries(permissions).flatMap(([kind, granted]: [string, boolean | readonly string[] | undefined]) => {
    if (granted === true) return [`--allow-${kind}`];
    if (granted === undefined || granted === false || granted.length === 0) return [];
    const several = granted.find((name) => name.includes(","));
    if (several === undefined) return [`--allow-${kind}=${granted.join(",")}`];
    throw new RangeError(`Cannot permit ${kind} of ${several}: it has a comma, a name without one is wanted`);
  });
}

function dataUrl(text: string): string {
  return `data:text/javascript;base64,${new TextEncoder().encode(text).toBase64()}`;
}
