/**
 * What guests are given along, checked when a host is made: a wrong option must not wait for the first guest.
 */

import type { GuestOptions } from "../mode/mod.ts";

const PATH = { wanted: "a path", holds: (value: unknown) => isText(value) && value !== "" };
const TEXTS = { wanted: "a list of texts", holds: (value: unknown) => Array.isArray(value) && value.every(isText) };

/** What each option must be. */
const CHECKS: Readonly<Record<keyof GuestOptions, { wanted: string; holds: (value: unknown) => boolean }>> = {
  env: {
    wanted: "a record of texts, with names that have no = in them",
    holds: (value) =>
      typeof value === "object" && value !== null &&
      Object.entries(value).every(([name, text]) => isText(text) && /^[^=,\0]+$/.test(name)),
  },
  args: TEXTS,
  cwd: PATH,
  v8Flags: {
    wanted: "a list of flags such as --expose-gc",
    holds: (value) => Array.isArray(value) && value.every((flag) => isText(flag) && /^--[^,]+$/.test(flag)),
  },
  heapLimit: {
    wanted: "a whole number of megabytes from 16",
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= 16,
  },
  config: PATH,
  importMap: PATH,
  unstable: {
    wanted: "a list of names such as kv",
    holds: (value) => Array.isArray(value) && value.every((name) => isText(name) && /^[a-z][a-z0-9-]*$/.test(name)),
  },
};

function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

/**
 * Checks the options of guests.
 *
 * @throws {RangeError} where one is unknown or makes no sense.
 */
export function checkGuestOptions(options: GuestOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, name)) {
      throw new RangeError(`Cannot give guests ${name}: one of ${Object.keys(CHECKS).join(", ")} is wanted`);
    }
    const { wanted, holds } = CHECKS[name as keyof GuestOptions];
    if (value !== undefined && !holds(value)) {
      throw new RangeError(`Cannot give guests ${name} ${JSON.stringify(value)}: ${wanted} is wanted`);
    }
  }
}
