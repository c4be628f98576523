/**
 * The user's module, with programs or a diagram, in a worker that has no other code of the user.
 */

import { OWN } from "../catalog_entry.ts";
import { programsOf, type RunnableProgram } from "../holdfast.ts";

/** Its programs, by their names on the page. */
export const own: Map<string, RunnableProgram> = new Map();

/** The loaded module: its URL, by which guests import it, and its default export. */
export let ownModule: { readonly url: string; readonly made: unknown } | undefined;
let adopted: Promise<void> | undefined;

/** Loads the user's module; call it once in a worker. */
export async function adopt(code: string): Promise<void> {
  await (adopted ??= load(code));
}

async function load(code: string): Promise<void> {
  // Guests import the module by this URL, too.
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const module = await import(url);
  ownModule = { url, made: module.default };
  for (const program of programsOf(module)) own.set(`${OWN}${program.name}`, program);
}
