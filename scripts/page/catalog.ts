/**
 * What the page knows of the programs without loading the library: plain data, made when the page is built.
 */

import { isProgram, type ParameterTable } from "../../lib/program/mod.ts";
import { programs } from "../../lib/programs/mod.ts";

/** A program, as the page lists it. */
export interface CatalogEntry {
  /** Its name. */
  readonly name: string;
  /** What it shows, in one sentence. */
  readonly claim: string;
  /** Whether its tasks share memory, so that it can be explored; else its `main` runs on the host. */
  readonly explorable: boolean;
  /** The variants that have a known bug. */
  readonly specimens: readonly string[];
  /** All its variants; the first is the default. */
  readonly variants: readonly string[];
  /** Its parameters. */
  readonly parameters: ParameterTable;
}

/** The programs in teaching order. */
export type Catalog = readonly CatalogEntry[];

/** The text of the file of each program, by the program's name. */
export type Sources = Readonly<Record<string, { readonly file: string; readonly text: string }>>;

/** The programs in teaching order. */
export function catalog(): Catalog {
  return programs.map((program) => {
    const { name, claim, specimens, variants, parameters } = program;
    return { name, claim, explorable: isProgram(program), specimens, variants, parameters };
  });
}

/** Their texts. */
export async function sources(): Promise<Sources> {
  const found = await Promise.all(programs.map(async ({ name, module }) => {
    if (module === undefined) throw new TypeError(`Cannot show ${name}: it names no module, import.meta.url is wanted`);
    const file = module.slice(module.lastIndexOf("/") + 1);
    return [name, { file, text: await Deno.readTextFile(new URL(module)) }] as const;
  }));
  return Object.fromEntries(found);
}
