/**
 * Random values of a program's parameters.
 *
 * - Values are within the ranges of the program's table; numbers are at most twice their default; a text, such as a
 *   path, keeps its default.
 */

import type { Parameter } from "../program/mod.ts";
import type { Arbitrary, FastCheck } from "./fast_check.ts";

/** The arbitrary for a parameter. */
export function parameterValue(parameter: Parameter, fc: FastCheck): Arbitrary<unknown> {
  if ("choices" in parameter) return fc.constantFrom(...parameter.choices);
  if ("text" in parameter) return fc.constantFrom(parameter.default);
  if (typeof parameter.default === "boolean") return fc.constantFrom(false, true);
  const { min = 0, max = Infinity, fraction = false } = parameter as { min?: number; max?: number; fraction?: boolean };
  const bounds = { min, max: Math.min(max, Math.max(2 * parameter.default, min + 1)) };
  return fraction ? fc.double({ ...bounds, noNaN: true }) : fc.integer(bounds);
}
