/**
 * The way from a value to what lies inside it, as a program writes it: `value.jobs[3].get("a")`.
 */

/** A key of a map, or an item of a set. */
export const KEY = { keys: true } as const;

/** A property, an item of an array, what a map has under a key, or one of its keys. */
export type PathStep = string | number | { readonly get: unknown } | typeof KEY;

/** A path as a program writes it. */
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
