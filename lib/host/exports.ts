/**
 * The exports of a user's module, wherever it is imported.
 *
 * @module
 */

import { BLOCKS } from "../mode/guest.ts";

/** A module's exports. */
export type Exports = Readonly<Record<string, unknown>>;

/** Imports a module by its URL; the built-in systems by their name. */
export async function importModule(module: string): Promise<Exports> {
  return module === BLOCKS ? await import("../blocks/mod.ts") : await import(module);
}
