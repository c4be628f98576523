/**
 * The options and permissions of guests, validated when a host is created: a mistake must not wait for the first guest.
 */

import type { GuestOptions, GuestPermissions } from "./realm.ts";

const PATH = { wanted: "a path", holds: (value: unknown) => isText(value) && value !== "" };
const TEXTS = { wanted: "a list of texts", holds: (value: unknown) => Array.isArray(value) && value.every(isText) };

/** The requirement for each option. */
type Checks<O> = Readonly<Record<keyof O, { wanted: string; holds: (value: unknown) => boolean }>>;

const OPTIONS: Checks<GuestOptions> = {
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

const GRANT = {
  wanted: "true, false or a list of names",
  holds: (value: unknown) =>
    typeof value === "boolean" || Array.isArray(value) && value.every((name) => isText(name) && name !== ""),
};
const PERMISSIONS: Checks<GuestPermissions> = {
  read: GRANT,
  write: GRANT,
  net: GRANT,
  env: GRANT,
  run: GRANT,
  ffi: GRANT,
  sys: GRANT,
  import: GRANT,
};

function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

/**
 * Checks the options of guests.
 *
 * @throws {RangeError} if one is unknown or invalid.
 */
export function checkGuestOptions(options: GuestOptions): void {
  check("give guests", options, OPTIONS);
}

/**
 * Checks the permissions of guests.
 *
 * @throws {RangeError} if a kind is unknown, or is granted neither as a whole nor by a list.
 */
export function checkPermissions(permissions: GuestPermissions): void {
  check("permit guests", permissions, PERMISSIONS);
}

function check<O extends object>(act: string, options: O, checks: Checks<O>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      throw new RangeError(`Cannot ${act} ${name}: one of ${Object.keys(checks).join(", ")} is wanted`);
    }
    const { wanted, holds } = checks[name as keyof O];
    if (value !== undefined && !holds(value)) {
      throw new RangeError(`Cannot ${act} ${name} ${JSON.stringify(value)}: ${wanted} is wanted`);
    }
  }
}
