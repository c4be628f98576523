/**
 * Whether the explorer and the oracle say the same of a plan: the outcome sets at operation granularity, at word granularity,
 * and of the oracle are equal wherever they are complete, and in each case what was seen of the one lies in the other.
 *
 * @module
 */

import { explore, type Strategy } from "../../../lib/explorer/mod.ts";
import { foretell, type OracleOptions } from "./oracle.ts";
import { type Plan, planned } from "./plans.ts";
import { outcomeText } from "./texts.ts";

/** How far all go. */
export interface Effort {
  /** How many states the oracle looks at. */
  readonly states: number;
  /** How many schedules each granularity runs. */
  readonly schedules: number;
  /** In which order times come; in any by default. */
  readonly clock?: "free" | "ordered" | undefined;
  /** How many tasks may die; none by default. */
  readonly deaths?: number;
}

/** What was compared. */
export interface Compared {
  /** What they disagree on; undefined where they agree. */
  readonly disagreement: string | undefined;
  /** Whether all three are complete. */
  readonly complete: boolean;
  /** The oracle's outcomes, as one text. */
  readonly outcomes: string;
}

/** What the explorer says can come out of a plan. */
export interface Explored {
  readonly outcomes: ReadonlySet<string>;
  readonly complete: boolean;
  readonly fault: string | undefined;
}

/** Explores a plan to its end, if it comes to one within so many schedules. */
export function explored(
  plan: Plan,
  granularity: "operation" | "word",
  { schedules, clock, deaths = 0, strategy = "dpor" }: Omit<Effort, "states"> & { readonly strategy?: Strategy },
): Explored {
  const result = explore(planned, {
    parameters: { plan: JSON.stringify(plan) },
    granularity,
    clock,
    deaths,
    strategy,
    budget: schedules,
    keepGoing: true,
    checks: false,
    shrink: false,
  });
  const isBug = result.verdict === "bug";
  return {
    outcomes: new Set(result.outcomes.map(({ outcome }) => outcomeText(outcome))),
    complete: isBug ? result.exhausted : result.verdict === "proved",
    fault: isBug && result.kind === "nondeterminism" ? result.message : undefined,
  };
}

/** What can come out of each way, as far as it is known. */
type Sides = Readonly<
  Record<string, Pick<Explored, "outcomes" | "complete"> & { readonly fault?: string | undefined }>
>;

/** What some have and others, who are complete, have not; all by default, or as the pairs say. */
function difference(sides: Sides, pairs: readonly (readonly [one: string, other: string])[]): string | undefined {
  const lines = Object.values(sides).flatMap(({ fault }) => fault === undefined ? [] : [fault]);
  for (const [one, other] of pairs) {
    const [some, all] = [sides[one], sides[other]];
    if (some === undefined || all === undefined || !all.complete) continue;
    const unknown = [...some.outcomes.difference(all.outcomes)];
    if (unknown.length > 0) lines.push(`${one} has, and ${other} has not: ${unknown.slice(0, 3).join(" or ")}`);
  }
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** Compares all three. */
export function compare(plan: Plan, effort: Effort, { memory }: Pick<OracleOptions, "memory"> = {}): Compared {
  const { states: limit, clock } = effort;
  const parameters = { plan: JSON.stringify(plan) };
  const oracle = foretell(planned, { parameters, limit, clock, ...memory === undefined ? {} : { memory } });
  const sides = { operation: explored(plan, "operation", effort), word: explored(plan, "word", effort), oracle };
  const names = Object.keys(sides);
  const pairs = names.flatMap((one) => names.filter((other) => other !== one).map((other) => [one, other] as const));
  const different = difference(sides, pairs);
  return {
    disagreement: different && `${parameters.plan}\n${different}`,
    complete: Object.values(sides).every(({ complete }) => complete),
    outcomes: [...oracle.outcomes].toSorted().join("\n"),
  };
}

/**
 * Compares what can come out with deaths. These tear what they meet within a monitor, which only words show: so by operations
 * there are at least the outcomes of one owner of the memory, and at most those by words.
 */
export function compareDeaths(plan: Plan, effort: Effort): Pick<Compared, "disagreement" | "complete"> {
  const { states: limit, deaths = 1 } = effort;
  const parameters = { plan: JSON.stringify(plan) };
  const sides = {
    owned: foretell(planned, { parameters, limit, deaths, owned: true }),
    operation: explored(plan, "operation", { ...effort, deaths }),
    word: explored(plan, "word", { ...effort, deaths }),
    oracle: foretell(planned, { parameters, limit, deaths }),
  };
  const pairs = [["owned", "operation"], ["operation", "word"], ["word", "oracle"], ["oracle", "word"]] as const;
  const different = difference(sides, [...pairs, ["operation", "oracle"], ["owned", "oracle"]]);
  return {
    disagreement: different && `${parameters.plan}\n${different}`,
    complete: sides.owned.complete && sides.operation.complete && sides.oracle.complete,
  };
}
