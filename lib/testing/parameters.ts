/**
 * Random values of a program's parameters.
 *
 * - Within the ranges of the program's table; numbers at most twice their default; a text, such as a path, is its default.
 *
 * @example
 * ```ts
 * import fc from "npm:fast-check@4.10.2";
 * import { parameterValue } from "./parameters.ts";
 *
 * const tasks = { default: 3, min: 1, max: 100, description: "how many tasks" };
 * const values = fc.sample(parameterValue(tasks, fc) as fc.Arbitrary<unknown>, 50).map(Number);
 * if (values.some((value) => !(value >= 1 && value <= 6))) throw new Error("1 to 6 are wanted");
 * ```
 *
 * @module
 */

import type { Parameter } from "../program/mod.ts";
import type { Arbitrary, FastCheck } from "./fast_check.ts";

/** Random values of one parameter. */
export function parameterValue(parameter: Parameter, fc: FastCheck): Arbitrary<unknown> {
  if ("choices" in parameter) return fc.constantFrom(...parameter.choices);
  if ("text" in parameter) return fc.constantFrom(parameter.default);
  if (typeof parameter.default === "boolean") return fc.constantFrom(false, true);
  const { min = 0, max = Infinity, fraction = false } = parameter as { min?: number; max?: number; fraction?: boolean };
  const bounds = { min, max: Math.min(max, Math.max(2 * parameter.default, min + 1)) };
  return fraction ? fc.double({ ...bounds, noNaN: true }) : fc.integer(bounds);
}
