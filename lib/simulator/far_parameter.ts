/**
 * Parameters of parts that live on a far side: they are checked here, and hold there from the next request on.
 */

import { directory, ownValue, type Ports, type System } from "../diagram/mod.ts";
import { DiagramError } from "../errors.ts";
import type { NearSide } from "./near_side.ts";

/**
 * Sets a parameter of the leaf at a path, which is or lies within the delegated system of a near side.
 *
 * @throws {DiagramError} where there is no such parameter.
 */
export function setFarParameter(
  side: NearSide,
  path: string,
  { name, value }: { readonly name: string; readonly value: unknown },
): void {
  const inside = path.slice(side.part.path.length + 1);
  const types = parameterTypes(side.part.system.inner, inside) ?? {};
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (type === undefined) {
    const known = Object.keys(types).join(", ") || "it has none";
    throw new DiagramError(`Cannot set parameter ${path}.${name}: there is none, one of (${known}) is wanted`);
  }
  side.setParameter({ path: inside, name, value: ownValue(type, value, () => `parameter ${path}.${name}`) });
}

/** The parameters of the leaf at a path inside a system; "" is the system itself. */
function parameterTypes(system: System, path: string): Ports | undefined {
  if (system.kind === "leaf") return path === "" || path === system.name ? system.parameters : undefined;
  if (system.kind === "delegated") return parameterTypes(system.inner, path);
  for (const [at, part] of directory(system)) {
    const inside = path === at ? "" : path.startsWith(`${at}.`) ? path.slice(at.length + 1) : undefined;
    if (inside !== undefined) return parameterTypes(part, inside);
  }
  return undefined;
}
