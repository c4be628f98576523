/**
 * Programs named by module, so that they can run in guests.
 *
 * - A module's programs are its exported programs, and those in an exported list or record called `programs`.
 * - Each side imports the module and finds the program by its name; functions are never sent.
 *
 * @example
 * ```ts
 * import { loadProgram } from "./reference.ts";
 *
 * const program = await loadProgram(import.meta.resolve("../../programs/race.ts"), { name: "race" });
 * if (program.name !== "race") throw new Error("expected the program with that name");
 * ```
 */

import { farError, GuestError, SeveralProgramsError } from "../../errors.ts";
import { isRunnable, type RunnableProgram } from "./host_program.ts";
import { candidates, type Exports, moduleUrl } from "../exports.ts";

/** The programs that a module exports: each once, in order. */
export function programsOf(exports: Exports): readonly RunnableProgram[] {
  return candidates(exports).filter(isRunnable);
}

/** The program with this name among a module's exports. */
export function findProgram(exports: Exports, { module, name }: { module: string; name: string }): RunnableProgram {
  const programs = programsOf(exports);
  const found = programs.find((program) => program.name === name);
  if (found !== undefined) return found;
  const names = programs.map((program) => program.name).join(", ") || "none";
  throw new TypeError(`Cannot run ${name}: ${module} exports no such program, one of its own (${names}) is wanted`);
}

/**
 * Imports a program; without a name, the module must export exactly one.
 *
 * @throws {TypeError} if the module is not a URL, or exports no such program.
 * @throws {SeveralProgramsError} if it exports several, and no name is given.
 * @throws {GuestError} if the module cannot be imported.
 */
export async function loadProgram(module: string, { name }: { readonly name?: string } = {}): Promise<RunnableProgram> {
  const url = moduleUrl(module, { act: "load", like: "./program.ts" });
  let exports: Exports;
  try {
    exports = await import(url);
  } catch (error) {
    throw new GuestError({ guest: name ?? url, mode: "direct", phase: "load", far: farError(error) });
  }
  if (name !== undefined) return Object.freeze({ ...findProgram(exports, { module: url, name }), module: url });
  const [program, ...more] = programsOf(exports);
  if (program !== undefined && more.length === 0) return Object.freeze({ ...program, module: url });
  if (program !== undefined) throw new SeveralProgramsError(url, [program, ...more].map(({ name }) => name));
  throw new TypeError(
    `Cannot run ${url}: it exports no program, one made by defineProgram or defineHostProgram is wanted`,
  );
}
