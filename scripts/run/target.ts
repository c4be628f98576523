/**
 * Which program an argument means: one of the list by name, or a module's by path or URL, with `#name` for one of several.
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { programs } from "../../lib/programs/mod.ts";
import { GuestError, loadProgram, type RunnableProgram } from "../../mod.ts";
import { SeveralProgramsError } from "../../lib/errors.ts";
import { quoted, UsageError } from "../command/arguments.ts";
import { plain } from "../command/text.ts";
import { hasNoProgram } from "./no_program.ts";

/** A module that exports no program: it may be a scenario. */
export class NoProgramError extends UsageError {
  /** The module's URL, without a name. */
  readonly module: string;
  /** What was named of it; undefined where nothing was. */
  readonly export: string | undefined;

  /** Says so of a module. */
  constructor(message: string, { module, name, cause }: { module: string; name: string; cause: unknown }) {
    super(message, { cause });
    this.module = module;
    this.export = name === "" ? undefined : name;
  }
}

/**
 * Finds the program. Where a module without one is a scenario, no such module is imported.
 *
 * @throws {UsageError} where there is none.
 */
export async function findTarget(
  text: string,
  { orScenario = false }: { readonly orScenario?: boolean } = {},
): Promise<RunnableProgram> {
  const known = programs.find(({ name }) => name === text);
  if (known !== undefined) return known;
  const url = moduleOf(text);
  if (url === undefined) throw new UsageError(`Cannot run ${quoted(text)}: there is no such program, ${wanted(text)}`);
  const name = decodeURIComponent(url.hash.slice(1));
  url.hash = "";
  if (orScenario && await hasNoProgram(url.href)) {
    const message = `Cannot run ${quoted(text)}: it exports no program, one is wanted`;
    throw new NoProgramError(message, { module: url.href, name, cause: undefined });
  }
  try {
    return await loadProgram(url.href, name === "" ? {} : { name });
  } catch (error) {
    if (error instanceof SeveralProgramsError) {
      const [first = "", ...others] = error.names.map((name) => quoted(`${text}#${name}`));
      const all = others.length === 0 ? first : `${[first, ...others.slice(0, -1)].join(", ")} or ${others.at(-1)}`;
      const is = `it exports ${error.names.length} programs`;
      throw new UsageError(`Cannot run ${quoted(text)}: ${is}, ${all} is wanted`, { cause: error });
    }
    const module = url.href;
    if (error instanceof TypeError) throw new NoProgramError(error.message, { module, name, cause: error });
    if (!(error instanceof GuestError)) throw error;
    // What the library itself refuses says already what is wanted.
    if (error.far.name === "DefinitionError") throw new UsageError(plain(error.far.message), { cause: error });
    const is = plain(`${error.far.name}: ${error.far.message}`).replace(/\.$/, "");
    const message = `Cannot run ${quoted(text)}: ${is}, a module that exports a program is wanted`;
    // What is not there is nothing else either; what Deno cannot load here may be written for another import map.
    if (/^Module not found/.test(error.far.message) && isMissing(url)) throw new UsageError(message, { cause: error });
    throw new NoProgramError(message, { module, name, cause: error });
  }
}

/** Whether a URL is that of a file that is not there. */
function isMissing(url: URL): boolean {
  if (url.protocol !== "file:") return true;
  try {
    return !Deno.statSync(url).isFile;
  } catch {
    return true;
  }
}

/** The URL of a module, if the text is one or looks like a path. */
function moduleOf(text: string): URL | undefined {
  if (/^(https?|file|data|blob):/i.test(text)) return URL.canParse(text) ? new URL(text) : undefined;
  if (!/[/\\]|\.[cm]?[jt]sx?(#|$)/.test(text)) return undefined;
  const [path = "", ...name] = text.split(/#(?=[^#]*$)/);
  const url = pathToFileURL(resolve(path));
  url.hash = name.join("#");
  return url;
}

function wanted(text: string): string {
  return `${meant(text)}one of \`deno task list\`, or a module by path or URL is wanted`;
}

/** Which programs a slip of the hand may mean, as the begin of a clause; nothing where it is like none. */
export function meant(text: string): string {
  const names = programs.map(({ name }) => name);
  const near = names.filter((name) => distance(name, text) <= Math.max(1, Math.floor(name.length / 3)));
  return near.length === 0 ? "" : `perhaps ${near.join(" or ")}; `;
}

/** How many letters must be put in, taken out, changed or swapped with their neighbor to make one word of the other. */
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
