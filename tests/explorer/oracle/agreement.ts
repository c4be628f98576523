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
  { schedules, clock, strategy = "dpor" }: Pick<Effort, "schedules" | "clock"> & { readonly strategy?: Strategy },
): Explored {
  const result = explore(planned, {
    parameters: { plan: JSON.stringify(plan) },
    granularity,
    clock,
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

/** Compares all three. */
export function compare(plan: Plan, effort: Effort, { memory }: Pick<OracleOptions, "memory"> = {}): Compared {
  const { states: limit, clock } = effort;
  const parameters = { plan: JSON.stringify(plan) };
  const oracle = foretell(planned, { parameters, limit, clock, ...memory === undefined ? {} : { memory } });
  const sides = { operation: explored(plan, "operation", effort), word: explored(plan, "word", effort), oracle };
  const lines = Object.entries(sides).flatMap(([name, side]) =>
    Object.entries(sides).flatMap(([other, { outcomes, complete }]) => {
      if (!complete || other === name) return [];
      const unknown = [...side.outcomes].filter((outcome) => !outcomes.has(outcome));
      return unknown.length === 0 ? [] : [`${name} has, and ${other} has not: ${unknown.slice(0, 3).join(" or ")}`];
    })
  );
  for (const { fault } of [sides.operation, sides.word]) if (fault !== undefined) lines.push(fault);
  return {
    disagreement: lines.length === 0 ? undefined : `${parameters.plan}\n${lines.join("\n")}`,
    complete: Object.values(sides).every(({ complete }) => complete),
    outcomes: [...oracle.outcomes].toSorted().join("\n"),
  };
}
