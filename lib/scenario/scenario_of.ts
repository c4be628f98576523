/**
 * Determines which scenario of a module is meant, and its title.
 *
 * - It is the default export, or else the only function. A default export can also be requested by its own name.
 * - Its title is the name it has in its module, or the name of the file if it has none.
 */

import { ScenarioError } from "../errors.ts";
import { fileName } from "../program/mod.ts";
import type { Bundle } from "./bundle.ts";

/**
 * The module and the name that are meant: the name may also stand behind a `#` in the URL.
 *
 * @throws {RangeError} if there are two names.
 */
export function targetOf(
  given: string,
  named: string | undefined,
): { readonly url: string; readonly name: string | undefined } {
  const at = given.indexOf("#");
  if (at < 0 || at === given.length - 1) return { url: at < 0 ? given : given.slice(0, at), name: named };
  const [url, name] = [given.slice(0, at), decodedName(given.slice(at + 1))];
  if (named === undefined || named === name) return { url, name };
  throw new RangeError(`Cannot explore ${given}: the name is ${named} as well, one of both is wanted`);
}

function decodedName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Finds the scenario that is meant. `functions` returns the names of the exported functions, if needed.
 *
 * @throws {ScenarioError} if there is none, or several may be meant.
 */
export function scenarioOf(
  { url, names }: Bundle,
  { asked, functions }: { readonly asked: string | undefined; readonly functions: () => readonly string[] | undefined },
): {
  /** The name of the export. */
  readonly name: string;
  /** The title of the scenario. */
  readonly title: string;
} {
  const own = names.get("default");
  // The default export may be requested by either of its names.
  const plain = asked === undefined || asked === own && !names.has(asked)
    ? own === undefined ? undefined : "default"
    : asked;
  const all = plain === undefined && names.size > 1 ? functions() ?? [...names.keys()] : [...names.keys()];
  const [only = "", ...more] = all;
  const name = plain ?? (more.length === 0 ? only : "");
  if (names.has(name)) return { name, title: name !== "default" ? name : own || fileName(url) };
  const told = all.map((name) => name === "default" && own ? `${own} (the default)` : name).join(", ");
  const is = `it exports ${
    names.size === 0 ? "nothing" : told === "" ? "no function" : told.replace(/, (?=[^,]*$)/, " and ")
  }`;
  const wanted = asked !== undefined
    ? `an async function called ${asked}`
    : all.length === 0
    ? "an async function that is exported"
    : `one of them, as in ${url}#${only},`;
  throw new ScenarioError(`Cannot explore ${url}${asked === undefined ? "" : `#${asked}`}: ${is}, ${wanted} is wanted`);
}
