/**
 * The programs by name, in a worker of the page: those of the library, and the user's own.
 */

import { programs } from "../../../lib/programs/mod.ts";
import type { RunnableProgram } from "../holdfast.ts";
import { own } from "./own.ts";

/**
 * The program of that name.
 *
 * @throws {TypeError} if there is none.
 */
export function programNamed(name: string): RunnableProgram {
  const found = own.get(name) ?? programs.find((program) => program.name === name);
  if (found !== undefined) return found;
  throw new TypeError(`Cannot find the program ${name}: there is none, one of the list is wanted`);
}
