/**
 * The work of `sort`'s workers: sort an array, and move it back if possible.
 *
 * - An array of numbers is copied both ways; a typed array is moved, and detached at its source.
 */

import type { ServiceContext } from "../host/mod.ts";
import { move, type Moved } from "../host/mod.ts";
import { type Timed, timed } from "./timed.ts";

/** The URL of this module, for guests. */
export const sortWork: string = import.meta.url;

/** The values to sort. */
export type Values = number[] | Float64Array<ArrayBuffer>;

/** Sorts values in place. */
export function sorted(values: Values): Values {
  return Array.isArray(values) ? values.sort((one, other) => one - other) : values.sort();
}

/** Sorts values and returns them, moved if possible. */
export function sortValues(values: Values, context: ServiceContext): Timed<Values> | Moved<Timed<Values>> {
  const done = timed(context, () => sorted(values));
  return Array.isArray(values) ? done : move(done, [values.buffer]);
}
