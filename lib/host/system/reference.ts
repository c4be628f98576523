/**
 * Systems named by module, so that they can run in guests.
 *
 * - A reference is a module's URL, an export and a structured-cloneable argument. It stands for
 *   `(await import(module))[export](argument)`.
 * - The module `holdfast:blocks` contains the built-in blocks.
 * - Functions are never sent: each side imports the module and creates its own system.
 *
 * @example
 * ```ts
 * import { loadSystem } from "./reference.ts";
 *
 * const gain = await loadSystem({ module: "holdfast:blocks", export: "gain", argument: { factor: 2 } });
 * if (gain.reference?.export !== "gain") throw new Error("it knows where it comes from");
 * ```
 */

import { isSystem, type System, type SystemReference } from "../../diagram/mod.ts";
import { farError, GuestError } from "../../errors.ts";
import { encode } from "../../codec/mod.ts";
import { BLOCKS_MODULE } from "../../mode/guest.ts";
import { type Exports, moduleUrl } from "../exports.ts";

/**
 * Imports a system by its reference.
 *
 * @throws {TypeError} if the module is not a URL, or the export is not a system.
 * @throws {UncloneableError} if the argument cannot be cloned.
 * @throws {GuestError} if the module cannot be imported or its function throws.
 */
export async function loadSystem(reference: SystemReference): Promise<System> {
  const module = moduleUrl(reference.module, { act: "load", like: "./system.ts" });
  const named: SystemReference = { ...reference, module };
  encode(named.argument);
  let exports: Exports;
  try {
    exports = await (named.module === BLOCKS_MODULE ? import("../../blocks/mod.ts") : import(named.module));
  } catch (error) {
    throw new GuestError({ guest: named.export, mode: "direct", phase: "load", far: farError(error) });
  }
  let system: System;
  try {
    system = makeSystem(exports, named);
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith("Cannot use")) throw error;
    throw new GuestError({ guest: named.export, mode: "direct", phase: "construct", far: farError(error) });
  }
  return Object.freeze({ ...system, reference: Object.freeze(named) });
}

/** Creates the system that a reference names, from its module's exports. */
export function makeSystem(exports: Exports, reference: SystemReference): System {
  const exported = Object.hasOwn(exports, reference.export) ? exports[reference.export] : undefined;
  const system: unknown = typeof exported === "function" ? exported(reference.argument) : exported;
  if (isSystem(system)) return system;
  const is = exported === undefined ? "there is no such export" : "it is not a system and makes none";
  const names = Object.keys(exports).join(", ") || "none";
  throw new TypeError(
    `Cannot use ${reference.export} of ${reference.module}: ${is}, a system or a function that returns one is wanted ` +
      `(exports: ${names})`,
  );
}
