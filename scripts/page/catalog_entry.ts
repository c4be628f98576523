/**
 * What the page shows about a program without running it.
 */

import type { ParameterTable } from "../../lib/program/parameter.ts";
import type { RunnableProgram } from "./holdfast.ts";

/** The prefix of the names of the user's own programs on the page. */
export const OWN = "own/";

/** A program, as the page lists it. */
export interface CatalogEntry {
  /** Its name. */
  readonly name: string;
  /** Its claim, in one sentence. */
  readonly claim: string;
  /** Whether its tasks share memory, so that it can be explored; otherwise its `main` runs on the host. */
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

/** Makes the entry of a program. */
export function entryOf(program: RunnableProgram): CatalogEntry {
  const { name, claim, specimens, variants, parameters } = program;
  return { name, claim, explorable: !("main" in program), specimens, variants, parameters };
}
