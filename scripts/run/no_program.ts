/**
 * Whether a module can export no program: told by the texts of all that it imports, so that nothing of it runs. Then it is a
 * scenario, whose code runs in its world alone.
 *
 * - A program is made by `defineProgram` or `defineHostProgram`, so a module whose graph calls neither has none.
 * - This library's own files, but for its programs, only tell of these functions. Of what Deno knows no graph nothing is said.
 */

import { ScenarioError } from "../../lib/errors.ts";
import { Graph } from "../../lib/scenario/graph.ts";

const LIBRARY = new URL("../../lib/", import.meta.url).href;
const PROGRAMS = new URL("programs/", LIBRARY).href;
const MAKES = /\bdefine(?:Host)?Program\b/;
/** A package that holds this library, or something made of it. */
const OURS = /holdfast/;

/** Whether it can export none; false where nobody knows. */
export async function hasNoProgram(url: string): Promise<boolean> {
  try {
    const graph = await Graph.of(url);
    graph.module(url);
    return !graph.packages.some((name) => OURS.test(name)) && graph.files.every(({ specifier, local }) => {
      const isOurs = specifier.startsWith(LIBRARY) && !specifier.startsWith(PROGRAMS);
      return isOurs || !MAKES.test(Deno.readTextFileSync(local));
    });
  } catch (error) {
    if (error instanceof ScenarioError || error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
