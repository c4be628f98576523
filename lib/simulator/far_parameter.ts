/**
 * Parameters of parts on a far side: they are checked here, and hold there from the next request on.
 */

import { type DelegatedSystem, directory, ownValue, type Ports, type System } from "../diagram/mod.ts";
import { DiagramError } from "../errors.ts";
import type { ParameterChange } from "./far_side.ts";

/**
 * Checks a change of a parameter inside the delegated system at the path `at`; the result has a copy of the value.
 *
 * @throws {DiagramError} if there is no such parameter.
 */
export function checkedChange(
  { inner }: DelegatedSystem,
  { at, change: { path, name, value } }: { readonly at: string; readonly change: ParameterChange },
): ParameterChange {
  const types = parameterTypes(inner, path) ?? {};
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  const what = `parameter ${at}${path === "" ? "" : `.${path}`}.${name}`;
  if (type === undefined) {
    const known = Object.keys(types).join(", ") || "it has none";
    throw new DiagramError(`Cannot set ${what}: there is none, one of (${known}) is wanted`);
  }
  return { path, name, value: ownValue(type, value, () => what) };
}

/** The parameter types of the leaf at a path inside a system; "" is the system itself. */
function parameterTypes(system: System, path: string): Ports | undefined {
  if (system.kind === "leaf") return path === "" || path === system.name ? system.parameters : undefined;
  if (system.kind === "delegated") return parameterTypes(system.inner, path);
  for (const [at, part] of directory(system)) {
    const inside = path === at ? "" : path.startsWith(`${at}.`) ? path.slice(at.length + 1) : undefined;
    if (inside !== undefined) return parameterTypes(part, inside);
  }
  return undefined;
}
