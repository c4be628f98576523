/**
 * Checks the definition of a system at run time, since `deno run` does not check types.
 *
 * - A property that no definition has is refused by name; otherwise a misspelled one would be ignored silently.
 * - Ports, outputs and events are checked as far as their kind is recognizable; whoever uses a value checks it.
 *
 * @module
 */

/** How a property of a definition is checked. */
export type PartKind = "value" | "ports" | "outputs" | "events";

/**
 * Checks a definition against the properties that it may have.
 *
 * @throws {TypeError} if it has another property, or one of another kind.
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

/** Zero, one or several values as a list. */
export function listOf<T>(given: T | readonly T[] | undefined): readonly T[] {
  return given === undefined ? [] : Array.isArray(given) ? given : [given as T];
}

function isDeclared(type: unknown): boolean {
  return typeof fieldOf(type, "kind") === "string";
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
