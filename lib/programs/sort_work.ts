/**
 * What the workers of `sort` do: sort an array, and move it back where it can be moved.
 *
 * - An array of numbers is copied on both ways; a typed array is moved, and is detached where it was.
 */

import type { ServiceContext } from "../host/mod.ts";
import { move, type Moved } from "../host/mod.ts";
import { type Timed, timed } from "./timed.ts";

/** Where a worker finds what it does. */
export const sortWork: string = import.meta.url;

/** What is sorted. */
export type Values = number[] | Float64Array<ArrayBuffer>;

/** Sorts values in their place. */
export function sorted(values: Values): Values {
  return Array.isArray(values) ? values.sort((one, other) => one - other) : values.sort();
}

/** Sorts values and gives them back, moved where that is possible. */
export function sortValues(values: Values, context: ServiceContext): Timed<Values> | Moved<Timed<Values>> {
  const done = timed(context, () => sorted(values));
  return Array.isArray(values) ? done : move(done, [values.buffer]);
}
