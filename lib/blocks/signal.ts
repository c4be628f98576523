/**
 * The ports of blocks that work on a number or on a vector.
 *
 * - Without a size a signal is a scalar; with a size, even 1, it is a vector.
 */

import { scalar, type ScalarType, type Vector, vector, type VectorType } from "../diagram/mod.ts";

/** The type of a scalar or vector port. */
export type Signal = ScalarType | VectorType;

/** The type of a signal: a scalar without a size, a vector with one; every component starts at `initial`. */
export function signal(size?: number, initial = 0): Signal {
  return size === undefined ? scalar(initial) : vector(size, { initial: new Float64Array(size).fill(initial) });
}

/** Applies a function to each component of `u`, together with the same component of the `others`. */
export function mapSignal(
  u: number | Vector,
  map: (u: number, ...others: number[]) => number,
  ...others: (number | Vector)[]
): number | Float64Array {
  if (typeof u === "number") return map(u, ...others.map(Number));
  const mapped = new Float64Array(u.length);
  for (let index = 0; index < mapped.length; index++) {
    mapped[index] = map(
      u[index] ?? NaN,
      ...others.map((other) => typeof other === "number" ? other : other[index] ?? NaN),
    );
  }
  return mapped;
}
