/**
 * The platform of this realm. What it does not have refuses everything when it is used, and says so.
 *
 * - A bundle for another platform has that one's file in the place of Deno's.
 */

import { isHere, own } from "./deno.ts";
import type { Platform } from "./platform.ts";

/** What takes its place everywhere. */
const SHARED: Partial<Platform> = {
  residentBytes: () => undefined,
  fileless: undefined,
  may: () => false,
  isFile: () => false,
  soon: (callback) => void setTimeout(callback),
  inspect: (value) => JSON.stringify(value) ?? String(value),
};

/** Everything that a platform has. */
const EVERYTHING: Readonly<Record<keyof Platform, true>> = {
  name: true,
  pid: true,
  childless: true,
  threadless: true,
  startThread: true,
  ownThread: true,
  onUncaught: true,
  startChild: true,
  runChild: true,
  takeStreams: true,
  printToStderr: true,
  complain: true,
  onExit: true,
  exit: true,
  soon: true,
  courseLocal: true,
  residentBytes: true,
  fileless: true,
  may: true,
  isFile: true,
  folderFault: true,
  read: true,
  scratch: true,
  append: true,
  pathOf: true,
  inspect: true,
};

/** What this realm runs on. */
export const platform: Platform = isHere()
  ? refusing(own, (part) => `Cannot use ${part}: ${own.name} has none, Deno has`)
  : refusing(
    { name: "elsewhere" },
    (part) => `Cannot use ${part}: this runtime is none that Holdfast knows, ${own.name} is wanted`,
  );

/** A platform whose missing parts are those of every platform, or refuse to be used. */
function refusing(known: Partial<Platform> & Pick<Platform, "name">, refusal: (part: string) => string): Platform {
  const whole = Object.defineProperties({ ...SHARED }, Object.getOwnPropertyDescriptors(known));
  for (const part of Object.keys(EVERYTHING)) {
    if (part in whole) continue;
    Object.defineProperty(whole, part, {
      get(): never {
        throw new TypeError(refusal(part));
      },
    });
  }
  return whole as Platform;
}

/** How many threads can run at once. */
export function cores(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}
