/**
 * Links to a run on the page: if `deno task page` serves it, the view Explore shows that schedule.
 *
 * - The page has the programs of the list and the example scenarios; for a user's own module there is no link.
 */

import { programs } from "../../lib/programs/mod.ts";
import { scenarioNames } from "../page/scenario_names.ts";
import { type Link, type ParameterValue, writeLink } from "../page/app/link.ts";
import type { Subject } from "./request.ts";

/** The default address of `deno task page`. */
export const PAGE = "http://127.0.0.1:8734/";

/**
 * The part of the address after the page's URL, for a run, or for exploring if there is no run; undefined if there is
 * no link.
 */
export function pageLink(
  { target, program, variant, parameters: given, flags }: Subject,
  shown: { readonly schedule?: string; readonly parameters?: Readonly<Record<string, unknown>> | undefined } = {},
): string | undefined {
  if (!programs.some(({ name }) => name === target)) return undefined;
  const all = Object.entries({ ...given, ...shown.parameters });
  const own = all.filter(([name, value]) => value !== program.parameters[name]?.default);
  const seed = flags[flags.indexOf("--seed") + 1];
  const link: Link = {
    view: "explore",
    program: program.name,
    ...variant === program.variants[0] ? {} : { variant },
    parameters: Object.fromEntries(own) as Readonly<Record<string, ParameterValue>>,
    ...flags.includes("--seed") ? { seed: Number(seed) } : {},
    ...shown.schedule === undefined ? {} : { schedule: shown.schedule },
  };
  return `#${writeLink(link)}`;
}

const EXAMPLES = new URL("../../lib/scenario/examples/", import.meta.url).href;

/** The same for a schedule of a scenario, given by its module's URL and its export. */
export function scenarioLink(
  url: string,
  { scenario, seed = 0, schedule }: {
    readonly scenario: string | undefined;
    readonly seed?: number | undefined;
    readonly schedule: string | undefined;
  },
): string | undefined {
  const name = scenarioNames.find((name) => url === `${EXAMPLES}${name}.ts`);
  const isFixed = scenario === "fixed";
  if (name === undefined || !(scenario === undefined || scenario === "default" || isFixed)) return undefined;
  return `#${
    writeLink({
      view: "explore",
      parameters: {},
      scenario: name,
      ...isFixed ? { fixed: "yes" } : {},
      ...seed === 0 ? {} : { seed },
      ...schedule === undefined ? {} : { schedule },
    })
  }`;
}
