/**
 * The path from a value to a value inside it, as JavaScript: `value.jobs[3].get("a")`.
 */

/** The step to a key of a map, or to an item of a set. */
export const KEY = { keys: true } as const;

/** A step to a property, an array item, the value of a map's key, or a map's key itself. */
export type PathStep = string | number | { readonly get: unknown } | typeof KEY;

/** A path as JavaScript. */
export function pathText(path: readonly PathStep[]): string {
  return `value${path.map(stepText).join("")}`;
}

function stepText(step: PathStep): string {
  if (typeof step === "number") return `[${step}]`;
  if (typeof step === "string") {
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  if ("keys" in step) return ".keys()";
  return typeof step.get === "string" ? `.get(${JSON.stringify(step.get)})` : ".values()";
}
