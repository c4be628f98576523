/**
 * What callers of a pool may give: refused at once where it makes no sense.
 *
 * @example
 * ```ts
 * import { wholeNumber } from "./checks.ts";
 *
 * if (wholeNumber("open a pool", { name: "workers", value: 2, least: 1 }) !== 2) throw new Error("2 is fine");
 * ```
 *
 * @module
 */

import { LONGEST_TIMER } from "../host/mod.ts";

/**
 * Gives a whole number back.
 *
 * @throws {RangeError} where it is none, or too small.
 */
export function wholeNumber(
  act: string,
  { name, value, least }: { readonly name: string; readonly value: number; readonly least: number },
): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`Cannot ${act}: ${name} is ${value}, a whole number of at least ${least} is wanted`);
}

/**
 * A timeout in milliseconds.
 *
 * @throws {RangeError} where it is negative or no timer is that long.
 */
export function longestTimeout(seconds: number | undefined, name: string): number | undefined {
  if (seconds === undefined || seconds === Infinity) return undefined;
  if (seconds >= 0 && seconds * 1000 <= LONGEST_TIMER) return seconds * 1000;
  throw new RangeError(
    `Cannot wait for ${name}: for ${seconds} s, a number of seconds from 0 to ${LONGEST_TIMER / 1000} is wanted`,
  );
}
