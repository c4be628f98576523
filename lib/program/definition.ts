/**
 * Checks the definition of a program at run time, because not everybody checks types.
 */

import { DefinitionError } from "../errors.ts";
import { faultOf, type ParameterTable } from "./parameter.ts";

/** The required parts, with their `typeof`. */
export type DefinitionParts = Readonly<Record<string, "string" | "function">>;

/** The parts that every program has. */
const CLAIM: DefinitionParts = { name: "string", claim: "string", expected: "function" };

/** The properties checked in every program. */
export interface DefinitionClaim {
  /** The names of its variants. */
  readonly variants: readonly string[];
  /** The variants that have a known bug. */
  readonly specimens: readonly string[];
  /** Its parameters. */
  readonly parameters: ParameterTable;
}

/**
 * Checks a program's definition; `parts` are required in addition to those of every program.
 *
 * @throws {DefinitionError} if a part is missing or invalid.
 */
export function checkDefinition(
  spec: object,
  parts: DefinitionParts,
  { variants, specimens, parameters }: DefinitionClaim,
): void {
  const given: Readonly<Record<string, unknown>> = { ...spec };
  const wanted = { ...CLAIM, ...parts };
  const called = typeof given.name === "string" && given.name !== "" ? given.name : "a program";
  const refuse = (is: string, wanted: string): never => {
    throw new DefinitionError(`Cannot define ${called}: ${is}, ${wanted} is wanted`);
  };
  for (const [part, type] of Object.entries(wanted)) {
    const value = given[part];
    if (typeof value === type && value !== "") continue;
    const known = new Set([...Object.keys(wanted), ...OTHERS]);
    const near = Object.keys(given).find((key) => !known.has(key) && isNear(key, part));
    const is = value !== undefined
      ? `its ${part} is ${value === "" ? "empty" : `a ${typeof value}`}`
      : near === undefined
      ? `it has no ${part}`
      : `it has no ${part}, but ${near}`;
    refuse(is, type === "string" ? `a text as its ${part}` : `a function ${part}`);
  }
  if (variants.length === 0 || new Set(variants).size < variants.length) {
    refuse(`its variants are ${variants.join(", ") || "none"}`, "one or more, each once,");
  }
  const stray = specimens.find((name) => !variants.includes(name));
  if (stray !== undefined) refuse(`its specimen ${stray} is no variant`, `one of ${variants.join(", ")}`);
  for (const [name, parameter] of Object.entries(parameters)) {
    if ("choices" in parameter && parameter.choices.length === 0) {
      refuse(`its parameter ${name} has no choices`, "one or more");
    }
    const fault = faultOf(parameter, parameter.default);
    if (fault !== undefined) refuse(`the default of its parameter ${name} is ${String(parameter.default)}`, fault);
  }
}

/** Optional parts of a program. */
const OTHERS = [
  "module",
  "variants",
  "specimens",
  "parameters",
  "independent",
  "right",
  "invariant",
  "shared",
  "tasks",
  "outcome",
  "functions",
  "validate",
  "needs",
  "main",
];

/** Whether two words differ by only a letter or two. */
function isNear(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  let at = 0;
  for (const letter of long) if (letter === short[at]) at++;
  return long.length - at <= 1 && long.length - short.length <= 2;
}
