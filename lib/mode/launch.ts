/**
 * How the child of process mode comes about, as a value: as a child of this process, or by whatever else brings two streams
 * of bytes.
 *
 * - It runs a text that imports its module; how a runtime is started with that, and with what rights, is the platform's.
 * - A watchdog looks at the child's parent, and kills the child where that is another one than its host. It is at work before
 *   the module is imported.
 */

import { type Child, type ChildOptions, type External, guestChildren, platform } from "../platform/mod.ts";
import type { GuestCode } from "./guest_code.ts";
import { BLOCKS, type GuestSetup } from "./realm.ts";

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

/**
 * Starts children of this process.
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
      // Such as a folder that is not there: the guest's own end.
      return Promise.reject(error);
    }
  };
}

/** Has the module of a child cached, with what it imports; the caller's own settings decide from where. */
export async function cacheModule(setup: GuestSetup, code: GuestCode): Promise<void> {
  if (setup.module === BLOCKS) return;
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
  /** How it reaches what its module imports from elsewhere. */
  readonly external: External;
  /** The process that must be its parent, if one must. */
  readonly host?: number;
  /** The name of its mode, `process` by default. */
  readonly mode?: string;
}

/** The arguments of this runtime for a guest. */
export function guestArguments(setup: GuestSetup, options: ArgumentsOptions): string[] {
  const { code, external } = options;
  return guestChildren.arguments({
    ...setup,
    entry: entryText(setup.module, options),
    external,
    hosts: code.hosts(),
  });
}

/** The text of a child's entry. */
function entryText(module: string, { code, host, mode }: ArgumentsOptions): string {
  const load = module === BLOCKS ? "undefined" : `() => import(${JSON.stringify(module)})`;
  return `${host === undefined ? "const watched = undefined;" : guestChildren.watchdogText(host)}
${code.processSource()}
await serveProcess(${load}, { watched, mode: ${JSON.stringify(mode)} });
`;
}
