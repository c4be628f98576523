/**
 * Tells what the user's module has: its programs, as the page lists them.
 */

import { type CatalogEntry, entryOf } from "../catalog_entry.ts";
import type { Handler } from "./handler.ts";
import { own } from "./own.ts";

/** What a module has, as the app asks for it. */
export interface InspectKind {
  readonly request: null;
  readonly update: never;
  readonly answer: readonly CatalogEntry[];
}

/** Looks at it. */
export const inspect: Handler<InspectKind> = () => {
  if (own.size > 0) return [...own].map(([name, program]) => ({ ...entryOf(program), name }));
  throw new TypeError("Cannot use the module: it exports no program, one made by defineProgram is wanted");
};
