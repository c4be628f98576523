/**
 * The program that an argument means: one of the list by name, or a module's by path or URL, with `#name` if it has
 * several.
 */

import { programs } from "../../lib/programs/mod.ts";
import { GuestError, loadProgram, type RunnableProgram } from "../../mod.ts";
import { SeveralProgramsError } from "../../lib/errors.ts";
import { quoted, UsageError } from "../command/arguments.ts";
import { plain } from "../command/text.ts";
import { kindOf, moduleOf } from "./module_of.ts";
import { hasNoProgram } from "./no_program.ts";

/** A module that exports no program: it may be a scenario. */
export class NoProgramError extends UsageError {}

/**
 * Finds the program. If a module without programs counts as a scenario, such a module is not imported.
 *
 * @throws {UsageError} if there is none.
 */
export async function findTarget(
  text: string,
  { command, orScenario = false }: { readonly command: string; readonly orScenario?: boolean },
): Promise<RunnableProgram> {
  const known = programs.find(({ name }) => name === text);
  if (known !== undefined) return known;
  const refusal = (is: string, wanted: string) => `Cannot ${command} ${quoted(text)}: ${is}, ${wanted} is wanted`;
  if (kindOf(text) === "folder") throw new UsageError(refusal("it is a folder", "a module in it"));
  const module = moduleOf(text);
  if (module === undefined) {
    const listed = `${meant(text)}one of \`deno task list\`, or a module by path or URL`;
    throw new UsageError(refusal("there is no such program", listed));
  }
  const { url, name } = module;
  if (url.startsWith("file:") && kindOf(new URL(url)) === undefined) {
    throw new UsageError(refusal(`there is no such file in ${Deno.cwd()}`, "a module by path or URL"));
  }
  if (orScenario && await hasNoProgram(url)) {
    throw new NoProgramError(refusal("it exports no program", "one"));
  }
  try {
    return await loadProgram(url, name === undefined ? {} : { name });
  } catch (error) {
    if (error instanceof SeveralProgramsError) {
      const [first = "", ...others] = error.names.map((name) => quoted(`${text}#${name}`));
      const all = others.length === 0 ? first : `${[first, ...others.slice(0, -1)].join(", ")} or ${others.at(-1)}`;
      throw new UsageError(refusal(`it exports ${error.names.length} programs`, all), { cause: error });
    }
    if (error instanceof TypeError) {
      const isNone = /: it exports no program, /.test(error.message);
      const wanted = isNone && !orScenario ? ", or for a scenario `deno task explore`, is wanted" : " is wanted";
      throw new NoProgramError(error.message.replace(/ is wanted$/, wanted), { cause: error });
    }
    if (!(error instanceof GuestError)) throw error;
    // Errors of the library itself already say what is wanted.
    if (error.far.name === "DefinitionError") throw new UsageError(plain(error.far.message), { cause: error });
    const is = plain(`${error.far.name}: ${error.far.message}`).replace(/\.$/, "");
    const message = refusal(is, "a module that exports a program");
    // A missing file is not a scenario either; a module that Deno cannot load here may need another import map.
    const isMissing = /^Module not found/.test(error.far.message) && !url.startsWith("file:");
    throw isMissing ? new UsageError(message, { cause: error }) : new NoProgramError(message, { cause: error });
  }
}

/** The programs that a misspelled name may mean, as the start of a clause; empty if none is similar. */
export function meant(text: string): string {
  const names = programs.map(({ name }) => name);
  const near = names.filter((name) => distance(name, text) <= Math.max(1, Math.floor(name.length / 3)));
  return near.length === 0 ? "" : `perhaps ${near.join(" or ")}; `;
}

/** The edit distance of two words: insertions, deletions, substitutions, and swaps of neighbors. */
export function distance(one: string, other: string): number {
  // row[i][j]: the distance of the first i letters of one and the first j of the other.
  const rows: number[][] = [];
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 0; i <= one.length; i++) {
    const row: number[] = [];
    rows.push(row);
    for (let j = 0; j <= other.length; j++) {
      if (i === 0 || j === 0) {
        row.push(i + j);
        continue;
      }
      const changed = at(i - 1, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
        ? at(i - 2, j - 2) + 1
        : Infinity;
      row.push(Math.min(changed, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(one.length, other.length);
}
