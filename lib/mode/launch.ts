/**
 * How the child of process mode comes about, as a value: as a child of this process, or by whatever else brings two streams
 * of bytes.
 *
 * - A child starts from a `data:` entry that names its module, so it needs no permission to read it. The entry is preloaded,
 *   before a main module beside its module that does not exist and is never reached: so Deno finds the configuration, the
 *   package.json and the node_modules that the module's own folder has.
 * - It has no permissions but those that load its module: nothing from the network, and no npm packages. A module that needs
 *   some of these is cached by the host first, and then loaded from the cache alone ({@linkcode External}).
 * - A watchdog looks at the child's parent, and kills the child where that is another one than its host. It is at work before
 *   the module is imported.
 */

import { type Child, type ChildOptions, platform } from "../platform/mod.ts";
import type { GuestCode } from "./guest_code.ts";
import { BLOCKS, type GuestPermissions, type GuestSetup } from "./realm.ts";

/** How a child reaches what its module imports from elsewhere. */
export type External = "none" | "cached" | "unlocked";

/** Starts a child that serves jobs of a module; throws where it cannot. */
export type Launch = (setup: GuestSetup, external: External) => Child | Promise<Child>;

/** How children come about. */
export interface Launcher {
  /** How the bytes reach them, in reports. */
  readonly transport: string;
  /** Starts one. */
  readonly launch: Launch;
  /** Has the module of a child cached where it will run, before it is started with `cached`. */
  cache?(setup: GuestSetup): Promise<void>;
  /** Lets go of what it holds, when all children have ended. */
  close?(): Promise<void>;
}

/** Children of this process. */
export function ownChildren(code: GuestCode): Launcher {
  return { transport: "pipe", launch: launchChild(code), cache: (setup) => cacheModule(setup, code) };
}

/** How often the watchdog looks, in milliseconds. */
const WATCH = 100;
/** From where Deno lets a program import by default. */
const DEFAULT_HOSTS = [
  "deno.land:443",
  "jsr.io:443",
  "esm.sh:443",
  "cdn.jsdelivr.net:443",
  "raw.githubusercontent.com:443",
  "gist.githubusercontent.com:443",
  "unpkg.com:443",
];

/** What is told where a child's module needs what is not cached, or pinned otherwise. */
const NEEDS_EXTERNAL = /--no-npm is specified|--no-remote is specified|Requires import access|not a dependency/;
const NEEDS_UNLOCKED = /lockfile|lock file/i;

/** Which of these a child needs whose module could not be loaded for that reason, if another than it had. */
export function externalFor(reason: string, had: External): External | undefined {
  if (had === "none" && NEEDS_EXTERNAL.test(reason)) return "cached";
  if (had === "cached" && NEEDS_UNLOCKED.test(reason)) return "unlocked";
  return undefined;
}

/**
 * Starts children of this process.
 *
 * @throws {TypeError} where this program cannot start copies of its runtime.
 */
export function launchChild(code: GuestCode, { printed }: Pick<ChildOptions, "printed"> = {}): Launch {
  return (setup, external) => {
    const { childless } = platform;
    if (childless !== undefined) {
      throw new TypeError(`Cannot start a process guest: ${childless}, thread or direct mode is wanted`);
    }
    const { env, cwd } = setup.options;
    const args = guestArguments(setup, { code, external, host: platform.pid });
    try {
      return platform.startChild({
        args,
        ...env === undefined ? {} : { env },
        ...cwd === undefined ? {} : { cwd },
        ...printed === undefined ? {} : { printed },
      });
    } catch (error) {
      // Such as a folder that is not there: the guest's own end.
      return Promise.reject(error);
    }
  };
}

/** Has the module of a child cached, with what it imports; the caller's own settings decide from where. */
export async function cacheModule(setup: GuestSetup, code: GuestCode): Promise<void> {
  if (setup.module === BLOCKS) return;
  const { cwd } = setup.options;
  const rest = [...configFlags(setup), setup.module, ...code.parts()];
  const options = cwd === undefined ? {} : { cwd };
  const { code: failed } = await platform.runChild({ args: ["cache", "--quiet", "--frozen", ...rest], ...options });
  if (failed !== 0) await platform.runChild({ args: ["cache", "--quiet", "--no-lock", ...rest], ...options });
}

/** How a guest is to be started. */
export interface ArgumentsOptions {
  /** The code of guests. */
  readonly code: GuestCode;
  /** How it reaches what its module imports from elsewhere. */
  readonly external: External;
  /** The process that must be its parent, if one must. */
  readonly host?: number;
  /** The name of its mode, `process` by default. */
  readonly mode?: string;
}

/** The arguments of `deno` for a guest. */
export function guestArguments(setup: GuestSetup, options: ArgumentsOptions): string[] {
  const { module } = setup;
  const { code, external } = options;
  const { args = [], v8Flags = [], heapLimit, unstable = [] } = setup.options;
  const flags = heapLimit === undefined ? v8Flags : [...v8Flags, `--max-old-space-size=${heapLimit}`];
  return [
    "run",
    "--quiet",
    "--no-prompt",
    ...configFlags(setup),
    ...external === "cached" ? ["--frozen", "--cached-only"] : ["--no-lock"],
    ...external === "unlocked" ? ["--cached-only"] : [],
    ...flags.length === 0 ? [] : [`--v8-flags=${flags.join(",")}`],
    ...unstable.map((name) => `--unstable-${name}`),
    ...rightsOf(setup, { code, external }),
    `--preload=${dataUrl(entryText(module, options))}`,
    module.startsWith("file:") ? new URL("./holdfast_guest.js", module).href : "data:text/javascript,",
    ...args,
  ];
}

/** The flags that name a configuration. Without one, a child whose module is no file has none. */
function configFlags({ module, options: { config, importMap } }: GuestSetup): string[] {
  return [
    ...config !== undefined ? ["--config", config] : module.startsWith("file:") ? [] : ["--no-config"],
    ...importMap === undefined ? [] : ["--import-map", importMap],
  ];
}

/** The flags for what a child may do. */
function rightsOf(
  { module, permissions, options: { env = {} } }: GuestSetup,
  { code, external }: { readonly code: GuestCode; readonly external: External },
): string[] {
  // What is handed over may be read.
  const names = Object.keys(env);
  const granted = permissions.env === true || names.length === 0
    ? permissions
    : { ...permissions, env: [...permissions.env || [], ...names] };
  if (permissions.import === true) return permissionFlags(granted);
  const { protocol, host } = new URL(module);
  const own = [...code.hosts(), ...protocol.startsWith("http") ? [host] : []];
  const hosts = [...new Set([...own, ...permissions.import || [], ...external === "none" ? [] : DEFAULT_HOSTS])];
  return [
    ...permissionFlags({ ...granted, import: hosts }),
    ...external !== "none" ? [] : hosts.length === 0 ? ["--no-npm", "--no-remote"] : ["--no-npm"],
  ];
}

/**
 * The flags of `deno run` for these permissions.
 *
 * @throws {RangeError} where a name in a list has a comma: Deno would take its parts for several.
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

/** The text of a child's entry. */
function entryText(module: string, { code, host, mode }: ArgumentsOptions): string {
  const load = module === BLOCKS ? "undefined" : `() => import(${JSON.stringify(module)})`;
  return `${host === undefined ? "const watched = undefined;" : watchdogText(host)}
${code.processSource()}
await serveProcess(${load}, { watched, mode: ${JSON.stringify(mode)} });
`;
}

/** Text that starts a watchdog, and says by `watched` when it is at work. */
function watchdogText(host: number): string {
  const text =
    `setInterval(() => { if (Deno.ppid !== ${host}) Deno.kill(Deno.pid, "SIGKILL"); }, ${WATCH}); postMessage(0);`;
  return `const watchdog = new Worker(${JSON.stringify(dataUrl(text))}, { type: "module" });
const watched = new Promise((resolve) => { watchdog.onmessage = resolve; });`;
}

function dataUrl(text: string): string {
  return `data:text/javascript;base64,${new TextEncoder().encode(text).toBase64()}`;
}
