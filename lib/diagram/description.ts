/**
 * What a system's description may look like, for callers whose types nobody checks: `deno run` erases them.
 *
 * - A part that no description has is refused by name: what is misspelled would be left out without a word.
 * - Ports, outputs and events are looked at as far as their kind can be told; values are their users' business.
 *
 * @module
 */

/** What a part of a description is, as far as it is checked. */
export type PartKind = "value" | "ports" | "outputs" | "events";

/**
 * Checks a description against the parts that it may have.
 *
 * @throws {TypeError} where it has another one, or one of another kind.
 */
export function checkDescription(spec: object, parts: Readonly<Record<string, PartKind>>): void {
  const { name } = spec as { readonly name?: unknown };
  const refuse = (is: string): never => {
    throw new TypeError(`Cannot define ${typeof name === "string" ? name : "a system"}: ${is} is wanted`);
  };
  if (typeof name !== "string") refuse(`its name is ${typeof name}, a string`);
  for (const [part, given] of Object.entries(spec)) {
    const kind = Object.hasOwn(parts, part) ? parts[part] : undefined;
    if (kind === undefined) refuse(`it has "${part}", one of ${Object.keys(parts).join(", ")}`);
    if (given === undefined || kind === "value") continue;
    if (kind === "events") {
      if (listOf<unknown>(given).every((event) => typeof fieldOf(event, "run") === "function")) continue;
      refuse(`its ${part} has no function run, one such as { period: 1, run: ({ input }) => {} }`);
    }
    for (const [port, type] of Object.entries(given as Readonly<Record<string, unknown>>)) {
      if (kind === "ports" && !isDeclared(type)) {
        refuse(`${port} of its ${part} is ${typeof type}, one of scalar(), vector(size) and abstract(initial)`);
      }
      if (kind === "ports" || (isDeclared(fieldOf(type, "type")) && typeof fieldOf(type, "value") === "function")) {
        continue;
      }
      refuse(`output ${port} has no type or no function value, one such as { type: scalar(), value: ({ t }) => t }`);
    }
  }
}

/** None, one or several, as a list. */
export function listOf<T>(given: T | readonly T[] | undefined): readonly T[] {
  return given === undefined ? [] : Array.isArray(given) ? given : [given as T];
}

function isDeclared(type: unknown): boolean {
  return typeof fieldOf(type, "kind") === "string";
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
