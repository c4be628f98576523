/**
 * The platform of this realm. Using a part that it does not have throws an error that says so.
 *
 * - A bundle for another platform contains that platform's file in place of Deno's.
 */

import { isHere, own } from "./deno.ts";
import type { Platform } from "./platform.ts";

/** The defaults of optional parts. */
const SHARED: Partial<Platform> = {
  residentBytes: () => undefined,
  fileless: undefined,
  may: () => false,
  isFile: () => false,
  soon: (callback) => void setTimeout(callback),
  inspect: (value) => JSON.stringify(value) ?? String(value),
};

/** The names of all parts of a platform. */
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
  writeToStderr: true,
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

/** The platform of this realm. */
export const platform: Platform = isHere()
  ? refusing(own, (part) => `Cannot use ${part}: ${own.name} has none, Deno has`)
  : refusing(
    { name: "elsewhere" },
    (part) => `Cannot use ${part}: Holdfast does not know this runtime, ${own.name} is wanted`,
  );

/** A platform whose missing parts have the defaults, or throw when used. */
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
