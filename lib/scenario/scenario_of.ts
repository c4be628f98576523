/**
 * Which scenario of a module is meant, and what it is called.
 *
 * - It is the default export, else the only function. A default export is asked for by its own name as well.
 * - It is called what its module calls it, and by its file where it has no name.
 */

import { ScenarioError } from "../errors.ts";
import { fileName } from "../program/mod.ts";
import type { Bundle } from "./bundle.ts";

/**
 * The scenario that is meant: `functions` tells the functions among the exports, where their names alone do not say it.
 *
 * @throws {ScenarioError} where there is none, or several may be meant.
 */
export function scenarioOf(
  { url, names }: Bundle,
  { asked, functions }: { readonly asked: string | undefined; readonly functions: () => readonly string[] | undefined },
): {
  /** Of its export. */
  readonly name: string;
  /** What it is called. */
  readonly title: string;
} {
  const own = names.get("default");
  // By either of its names.
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
