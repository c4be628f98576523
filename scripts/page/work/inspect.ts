/**
 * Lists the programs of the user's module, as the page shows them.
 */

import { type CatalogEntry, entryOf } from "../catalog_entry.ts";
import type { Handler } from "./handler.ts";
import { own } from "./own.ts";

/** The kind of request for the programs of a module. */
export interface InspectKind {
  readonly request: null;
  readonly update: never;
  readonly answer: readonly CatalogEntry[];
}

/** Inspects the module. */
export const inspect: Handler<InspectKind> = () => {
  if (own.size > 0) return [...own].map(([name, program]) => ({ ...entryOf(program), name }));
  throw new TypeError("Cannot use the module: it exports no program, one made by defineProgram is wanted");
};
