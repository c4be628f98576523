/**
 * A runtime that the library does not know: everything is refused when it is used, with a sentence that says so.
 *
 * @module
 */

import type { Platform } from "./platform.ts";

const NAMES = [
  "pid",
  "parent",
  "childless",
  "startThread",
  "ownThread",
  "onUncaught",
  "startChild",
  "runChild",
  "takeStreams",
  "printToStderr",
  "onExit",
  "exit",
  "soon",
  "courseLocal",
  "isFile",
  "folderFault",
  "append",
  "pathOf",
  "inspect",
] as const satisfies readonly (keyof Platform)[];

/** What takes its place everywhere. */
const SHARED: Partial<Platform> = {
  isFile: () => false,
  soon: (callback) => void setTimeout(callback),
  inspect: (value) => JSON.stringify(value) ?? String(value),
};

/** See the module. */
export const elsewhere: Platform = made();

function made(): Platform {
  const platform = { name: "elsewhere", ...SHARED };
  for (const name of NAMES) {
    if (name in platform) continue;
    Object.defineProperty(platform, name, {
      get(): never {
        throw new TypeError(`Cannot use ${name}: this runtime is none that Holdfast knows, Deno is wanted`);
      },
    });
  }
  return platform as Platform;
}
