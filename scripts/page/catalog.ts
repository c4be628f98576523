/**
 * What the page knows about the programs without loading the library: plain data, made when the page is built.
 */

import { programs } from "../../lib/programs/mod.ts";
import { type Catalog, entryOf } from "./catalog_entry.ts";

export type { Catalog, CatalogEntry } from "./catalog_entry.ts";

/** The source text of each program, by its name. */
export type Sources = Readonly<Record<string, { readonly file: string; readonly text: string }>>;

/** The programs in teaching order. */
export function catalog(): Catalog {
  return programs.map(entryOf);
}

/** The source texts of programs. */
export async function sources(): Promise<Sources> {
  const found = await Promise.all(programs.map(async ({ name, module }) => {
    if (module === undefined) throw new TypeError(`Cannot show ${name}: it names no module, import.meta.url is wanted`);
    const file = module.slice(module.lastIndexOf("/") + 1);
    return [name, { file, text: await Deno.readTextFile(new URL(module)) }] as const;
  }));
  return Object.fromEntries(found);
}
