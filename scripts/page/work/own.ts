/**
 * The user's own programs, in a worker that has no other code of the user's.
 */

import { OWN } from "../catalog_entry.ts";
import { programsOf, type RunnableProgram } from "../holdfast.ts";

/** They, by their names on the page. */
export const own: Map<string, RunnableProgram> = new Map();
let adopted: Promise<void> | undefined;

/** Loads the user's module, once in a worker. */
export async function adopt(code: string): Promise<void> {
  await (adopted ??= load(code));
}

async function load(code: string): Promise<void> {
  // Guests import it by that, too.
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  for (const program of programsOf(await import(url))) own.set(`${OWN}${program.name}`, program);
}
