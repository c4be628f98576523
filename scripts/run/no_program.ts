/**
 * Finds out whether a module can export a program, from the texts of all that it imports, without running it. If it
 * cannot, it is a scenario, whose code must run only in its world.
 *
 * - `defineProgram` and `defineHostProgram` make programs, so a module whose graph calls neither has none.
 * - This library's own files, except for its programs, only define these functions. If Deno has no graph of a module,
 *   the answer is unknown.
 */

import { ScenarioError } from "../../lib/errors.ts";
import { Graph } from "../../lib/scenario/graph.ts";

const LIBRARY = new URL("../../lib/", import.meta.url).href;
const PROGRAMS = new URL("programs/", LIBRARY).href;
const MAKES = /\bdefine(?:Host)?Program\b/;
/** The name of a package that contains this library, or something made from it. */
const OURS = /holdfast/;

/** Whether it surely exports no program; false if unknown. */
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
