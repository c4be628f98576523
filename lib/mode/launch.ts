/**
 * How the child of process mode is started, as a value: as a child of this process, or by anything else that provides
 * two byte streams.
 *
 * - The child runs a text that imports its module; the platform decides how a runtime is started with that text, and
 *   with which rights.
 * - A watchdog checks the child's parent, and kills the child if that is no longer its host. It runs before the module
 *   is imported.
 */

import { type Child, type ChildOptions, type External, guestChildren, platform } from "../platform/mod.ts";
import type { GuestCode } from "./guest_code.ts";
import { BLOCKS_MODULE, type GuestSetup } from "./realm.ts";

/** Starts a child that serves the jobs of a module; throws if it cannot. */
export type Launch = (setup: GuestSetup, external: External) => Child | Promise<Child>;

/** A way of starting children. */
export interface Launcher {
  /** How bytes reach the children, for reports. */
  readonly transport: string;
  /** Starts a child. */
  readonly launch: Launch;
  /** Caches a child's module where the child will run, before the child is started with `cached`. */
  cache?(setup: GuestSetup): Promise<void>;
  /** Releases its resources, once all children have ended. */
  close?(): Promise<void>;
}

/** Starts children of this process. */
export function ownChildren(code: GuestCode): Launcher {
  return { transport: "pipe", launch: launchChild(code), cache: (setup) => cacheModule(setup, code) };
}

/**
 * Returns a function that starts children of this process.
 *
 * @throws {TypeError} if this program cannot start copies of its runtime.
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
      // Such as a missing folder: counts as the guest's own end.
      return Promise.reject(error);
    }
  };
}

/** Caches a child's module with its imports; the caller's own settings decide where from. */
export async function cacheModule(setup: GuestSetup, code: GuestCode): Promise<void> {
  if (setup.module === BLOCKS_MODULE) return;
  const { cwd } = setup.options;
  const options = cwd === undefined ? {} : { cwd };
  for (const args of guestChildren.cacheArguments(setup, code.parts())) {
    const { code: failed } = await platform.runChild({ args, ...options });
    if (failed === 0) return;
  }
}

/** How a guest is to be started. */
export interface ArgumentsOptions {
  /** The code of guests. */
  readonly code: GuestCode;
  /** How it gets what its module imports from elsewhere. */
  readonly external: External;
  /** The process that must be its parent, if any. */
  readonly host?: number;
  /** The name of its mode; `process` by default. */
  readonly mode?: string;
}

/** The runtime's arguments for starting a guest. */
export function guestArguments(setup: GuestSetup, options: ArgumentsOptions): string[] {
  const { code, external } = options;
  return guestChildren.arguments({
    ...setup,
    entry: entryText(setup.module, options),
    external,
    hosts: code.hosts(),
  });
}

/** The source text of a child's entry. */
function entryText(module: string, { code, host, mode }: ArgumentsOptions): string {
  const load = module === BLOCKS_MODULE ? "undefined" : `() => import(${JSON.stringify(module)})`;
  return `${host === undefined ? "const watched = undefined;" : guestChildren.watchdogText(host)}
${code.processSource()}
await serveProcess(${load}, { watched, mode: ${JSON.stringify(mode)} });
`;
}
